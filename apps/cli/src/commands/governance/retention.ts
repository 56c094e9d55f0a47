/** How long the audit trail is kept: `gatehouse retention …`. */
import type { OrganisationRetention } from '@gatehouse/contracts/audit/retention-routes';
import { monthsInWords, RETENTION_MONTHS } from '@gatehouse/domain/audit/archive/retention';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { type Context, defined, ORGANISATION, wholeNumber } from '../../options.js';
import { print, table } from '../../output.js';

const months = wholeNumber(RETENTION_MONTHS.least, RETENTION_MONTHS.most);
const REASON = ['--reason <text>', 'why; recorded with the change'] as const;

export function retentionCommands(program: Command, { settings, output }: Context): void {
  const retention = program.command('retention').description('Set how long the audit trail is kept.');

  retention
    .command('show')
    .description('Show how long the audit trail is kept, and which organisations have it kept longer.')
    .option(...ORGANISATION)
    .action(async (options: { readonly organisation?: string }) => {
      const { deployment } = await call(settings, 'trailRetentionShow', { query: { limit: 1 } });
      const organisations = await allPages(settings, 'trailRetentionShow', defined(options));
      print(output, { deployment, organisations }, (shown) =>
        [
          deploymentText(shown.deployment),
          setText(shown.deployment),
          organisationsText(shown.organisations),
        ].join('\n'),
      );
    });

  retention
    .command('set')
    .description('Set both periods for the deployment. A period that is left out has no end.')
    .option('--keep-online <months>', 'months in the database, after the end of a month', months)
    .option('--retention <months>', 'months after which records may be destroyed', months)
    .requiredOption(...REASON)
    .action(async (body: { keepOnline?: number; retention?: number; reason: string }) => {
      const set = await call(settings, 'trailRetentionSet', {
        body: { ...defined(body), reason: body.reason },
      });
      print(output, set, deploymentText);
    });

  retention
    .command('set-organisation')
    .argument('<ods-code>', 'ODS code')
    .description(
      'Keep the records of an organisation longer, hold them, or have its data key destroyed. Without any of these, they are kept as long as all others.',
    )
    .option('--retention <months>', 'months after which its records may be destroyed', months)
    .option('--hold <text>', 'why nothing of it may be destroyed, however long it is kept')
    .option(
      '--destroy-key <text>',
      'why its data key is to be destroyed once its retention is over; an operator does that with "gatehouse audit destroy-key"',
    )
    .requiredOption(...REASON)
    .action(async (odsCode: string, body: OrganisationOptions) => {
      const set = await call(settings, 'organisationRetentionSet', {
        params: { odsCode },
        body: { ...defined(body), reason: body.reason },
      });
      print(output, set, (shown) => organisationsText([shown]));
    });
}

interface OrganisationOptions {
  readonly retention?: number;
  readonly hold?: string;
  readonly destroyKey?: string;
  readonly reason: string;
}

interface Periods {
  readonly keepOnline: number | null;
  readonly retention: number | null;
}

function deploymentText({ keepOnline, retention }: Periods): string {
  const online =
    keepOnline === null
      ? 'Records stay in the database.'
      : `Records stay in the database for ${monthsInWords(keepOnline)}.`;
  const kept =
    retention === null
      ? 'They are never destroyed.'
      : `They may be destroyed after ${monthsInWords(retention)}.`;
  return `${online} ${kept}`;
}

function setText({ setBy, setAt }: { readonly setBy: string | null; readonly setAt: string | null }): string {
  return setBy === null ? 'Nobody has set this.' : `Set by ${setBy}, ${String(setAt)}.`;
}

function organisationsText(rows: readonly OrganisationRetention[]): string {
  return table(
    rows,
    [
      ['Organisation', ({ organisation }) => organisation],
      ['Retention', ({ retention }) => (retention === null ? 'as for all' : monthsInWords(retention))],
      ['Hold', ({ hold }) => hold],
      ['Data key', keyText],
      ['Set by', ({ setBy }) => setBy],
    ],
    'No organisation has a retention or a hold of its own.',
  );
}

function keyText({ destroyKey, keyDestroyedAt }: OrganisationRetention): string {
  if (keyDestroyedAt !== null) return `destroyed ${keyDestroyedAt}`;
  return destroyKey === null ? '' : `to be destroyed: ${destroyKey}`;
}
