/** The hourly roll-ups of the trail: how far they are, whether they say what the trail says, and how to make them again. */
import type { RollupComparisonView, RollupsView } from '@gatehouse/contracts/audit/trail-routes';
import type { Command } from 'commander';
import { call } from '../../api.js';
import { Failure } from '../../failure.js';
import { type Context, REASON_IN_TRAIL } from '../../options.js';
import { count, print, table } from '../../output.js';

interface Span {
  /** Instants. */
  readonly from: string;
  readonly until: string;
}

export function rollupCommands(
  audit: Command,
  { settings, output }: Context,
  withSpan: (command: Command) => Command,
  spanOf: (options: object) => Partial<Span>,
): void {
  const rollups = audit
    .command('rollups')
    .description('The hourly counts of the trail that the dashboard reads.');
  rollups
    .command('show')
    .description('Show how far the trail has been counted.')
    .action(async () => {
      print(output, await call(settings, 'rollupShow', {}), statusText);
    });

  withSpan(rollups.command('compare'))
    .description(
      'Compare the counts of whole hours with the trail. Without a span, compare the last 24 hours. The exit code is 1 if they differ.',
    )
    .action(async (options: object) => {
      const result = await compare(settings, { ...lastDay(), ...spanOf(options) });
      print(output, result, comparisonText);
      if (result.differences.length > 0) throw new Failure('The roll-ups are not what the trail says.', 1);
    });

  rollups
    .command('rebuild')
    .description('Empty the counts and have a worker count the whole trail again.')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async ({ reason }: { readonly reason: string }) => {
      print(output, await call(settings, 'rollupRebuild', { body: { reason } }), statusText);
    });
}

function lastDay(): Span {
  const nowMs = Date.now();
  return { from: new Date(nowMs - 86_400_000).toISOString(), until: new Date(nowMs).toISOString() };
}

/** An answer ends when its time is over, and says where to go on. */
async function compare(settings: Context['settings'], span: Span): Promise<RollupComparisonView> {
  let from: string | null = span.from;
  const pages: RollupComparisonView[] = [];
  while (from !== null && pages.every(({ differences }) => differences.length === 0)) {
    const page: RollupComparisonView = await call(settings, 'rollupCompare', {
      query: { from, until: span.until },
    });
    pages.push(page);
    from = page.next;
  }
  const last = pages.at(-1);
  if (last === undefined) throw new Failure('Nothing was compared.', 1);
  return { ...last, hours: pages.reduce((sum, { hours }) => sum + hours, 0) };
}

const statusText = ({ records, uncounted, countedAt }: RollupsView): string =>
  [
    `${count(records - uncounted, 'record')} of ${String(records)} counted.`,
    countedAt === null ? 'None has been counted yet.' : `The last ones were counted at ${countedAt}.`,
  ].join('\n');

function comparisonText({ hours, closedUntil, differences }: RollupComparisonView): string {
  const compared = `${count(hours, 'hour')} compared. Hours from ${closedUntil} on are not closed yet.`;
  if (differences.length === 0) return `${compared}\nThey say what the trail says.`;
  const rows = table(differences, [
    ['Hour', ({ hour }) => hour],
    ['Environment', ({ environment }) => environment],
    ['Organisation', ({ odsCode }) => odsCode],
    ['Client', ({ clientId }) => clientId],
    ['Application', ({ applicationId }) => applicationId],
    ['Interaction', ({ interaction }) => interaction],
    ['Outcome', ({ outcome }) => outcome],
    ['Code', ({ code }) => code],
    ['In the roll-up', ({ rolledUp }) => rolledUp],
    ['In the trail', ({ inTrail }) => inTrail],
  ]);
  return `${compared}\n\n${rows}`;
}
