/** A signing key that may be in the wrong hands: `gatehouse keys disable-now`, `emergencies` and `review`. */
import type { KeyEmergencyView } from '@gatehouse/contracts/operation/key-emergency-routes';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import type { Context } from '../../options.js';
import { fieldList, print, table } from '../../output.js';

export function keyEmergencyCommands(keys: Command, { settings, output }: Context): void {
  keys
    .command('disable-now <kid>')
    .description(
      'Disable a key that may be in the wrong hands, at once and without a second person: in KMS, in its JWKS and with its tokens. Its standby signs from then on. A colleague reviews it afterwards.',
    )
    .requiredOption('--reason <text>', 'what happened')
    .action(async (kid: string, body: { reason: string }) => {
      print(output, await call(settings, 'keyEmergencyMake', { params: { kid }, body }), emergencyText);
    });

  keys
    .command('emergencies')
    .description('List the keys that were disabled at once, and who reviewed each.')
    .option('--unreviewed', 'only those that nobody has reviewed')
    .action(async ({ unreviewed }: { unreviewed?: true }) => {
      const query = unreviewed ? { only: 'unreviewed' as const } : {};
      print(output, await allPages(settings, 'keyEmergencyList', query), (rows) =>
        table(
          rows,
          [
            ['Id', (row) => row.id],
            ['Kid', (row) => row.kid],
            ['Owner', (row) => row.owner.name],
            ['Disabled', (row) => row.disabledAt],
            ['By', (row) => row.disabledBy],
            ['Reviewed by', (row) => row.reviewedBy],
          ],
          'No key has been disabled at once.',
        ),
      );
    });

  keys
    .command('review <id>')
    .description('Record your review of an emergency that a colleague declared.')
    .requiredOption('--reason <text>', 'what you found')
    .action(async (id: string, body: { reason: string }) => {
      print(output, await call(settings, 'keyEmergencyReview', { params: { id }, body }), emergencyText);
    });
}

function emergencyText(emergency: KeyEmergencyView): string {
  const { id, kid, owner, disabledBy, disabledAt, takenOutAt, disabledInKmsAt, exposed, reviewedBy } =
    emergency;
  const { wasActive, standbyKid, stepsAtNhs } = emergency;
  return [
    fieldList({
      ...{ id, kid, owner: owner.name, 'disabled by': disabledBy, 'disabled at': disabledAt },
      'out of use in Gatehouse': takenOutAt ?? 'NOT YET',
      'disabled in KMS': disabledInKmsAt ?? 'NOT CONFIRMED',
      ...{
        'signs from now on': wasActive ? (standbyKid ?? 'no key') : 'the same key as before',
        'reviewed by': reviewedBy,
      },
    }),
    '',
    'What stays exposed:',
    ...exposed.map(({ text, until }) => `- ${text}${until === null ? '' : ` Until ${until}.`}`),
    '',
    'What only NHS England can do:',
    ...(stepsAtNhs.length === 0 ? ['- Nothing.'] : []),
    ...stepsAtNhs.flatMap(({ whatToAsk, values }) => [
      `- ${whatToAsk}`,
      ...values.map(({ name, value }) => `    ${name}: ${value}`),
    ]),
  ].join('\n');
}
