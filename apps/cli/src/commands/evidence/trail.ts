/** The trail as a whole: its chains, the checkpoints that cover them, and how far they are verified. */
import type {
  TrailVerificationView,
  TrailView,
  VerificationRunView,
} from '@gatehouse/contracts/audit/trail-routes';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { type Context, REASON_IN_TRAIL, wholeNumber } from '../../options.js';
import { cell, count, print, table } from '../../output.js';

type Checkpoints = NonNullable<TrailView['checkpoints']>;
type Fault = NonNullable<VerificationRunView['firstFault']>;

export function trailCommands(audit: Command, { settings, output }: Context): void {
  audit
    .command('chains')
    .description(
      'Show the chains of the trail, how far they are verified, and how far signed checkpoints cover them.',
    )
    .action(async () => {
      print(output, await call(settings, 'trailShow', {}), trailText);
    });

  audit
    .command('verifications')
    .description('List the runs in which a worker verified the trail, newest first.')
    .option('--limit <rows>', 'largest number of runs', wholeNumber(1, 100_000), 50)
    .action(async ({ limit }: { readonly limit: number }) => {
      print(output, await allPages(settings, 'verificationList', {}, limit), runsText);
    });

  audit
    .command('verify-all')
    .description(
      'Have a worker verify every record of the trail. "gatehouse verify" checks an export, without a server.',
    )
    .requiredOption(...REASON_IN_TRAIL)
    .action(async ({ reason }: { readonly reason: string }) => {
      const begun = await call(settings, 'verificationRequest', { body: { reason } });
      print(
        output,
        begun,
        () => 'A worker begins as soon as one is free. "gatehouse audit chains" says how far it is.',
      );
    });
}

function trailText({
  chains,
  chainCount,
  archive,
  checkpoints,
  records,
  monthsAhead,
  streams,
  verification,
}: TrailView): string {
  const rows = table(chains, [
    ['Chain', ({ writer }) => writer],
    ['Host', ({ host }) => host],
    ['Started', ({ startedAt }) => startedAt],
    ['State', ({ phase, isBehind }) => (isBehind ? 'behind a checkpoint' : phase)],
    ['Records', ({ records }) => records],
    ['Verified', ({ verifiedTo }) => verifiedTo],
    ['Not covered', ({ uncovered }) => uncovered],
  ]);
  const others = chainCount - chains.length;
  const removed = archive.months.filter(({ removedAt }) => removedAt !== null).map(({ month }) => month);
  return [
    `${count(chainCount, 'chain')}, ${count(records, 'record')}; partitions for ${count(monthsAhead, 'more month')}`,
    verificationText(verification),
    checkpoints === null ? 'No checkpoint has been made.' : checkpointText(checkpoints),
    ...streams.map(streamText),
    rows,
    ...(removed.length > 0
      ? [`The records of ${removed.toReversed().join(', ')} have left the database for the archive.`]
      : []),
    ...(others > 0 ? [`The other ${count(others, 'chain')} have ended.`] : []),
  ].join('\n\n');
}

function checkpointText({ sequence, madeAt, uncovered, missing, lastBehind, places }: Checkpoints): string {
  return [
    `Checkpoint ${String(sequence)} was made at ${madeAt}. It does not cover ${count(uncovered, 'record')} yet.`,
    ...missing.map((writer) => `Chain ${writer} is covered, and the database no longer has it.`),
    ...(lastBehind === null
      ? []
      : [
          `Checkpoint ${String(lastBehind.sequence)} of ${lastBehind.madeAt} found a chain behind an earlier one.`,
        ]),
    ...places.map(
      (stored) =>
        `${stored.place} has checkpoints up to ${String(stored.sequence)}, stored at ${stored.storedAt}` +
        (stored.lacks === 0 ? '.' : `; it lacks ${String(stored.lacks)}.`),
    ),
  ].join('\n');
}

function streamText({ place, waiting, completeAt, failing }: TrailView['streams'][number]): string {
  const state = waiting === 0 ? 'has every record' : `has not taken ${count(waiting, 'record')} yet`;
  return [
    `${place} ${state}. It last had every record ${completeAt === null ? 'at no time' : `at ${completeAt}`}.`,
    ...(failing === null ? [] : [`Sending to it has failed since ${failing.since}: ${failing.cause}.`]),
  ].join('\n');
}

function verificationText(verification: TrailVerificationView): string {
  const { unverified, lastRunAt, lastRunBy, whole, wholeUnderWay, faults } = verification;
  return [
    lastRunAt === null
      ? 'No run has verified the trail yet.'
      : `The last run of verification ended at ${lastRunAt} (requested by ${cell(lastRunBy)}). ${count(unverified, 'record')} not verified yet.`,
    ...(whole === null
      ? []
      : [
          `The whole trail was last verified from ${whole.begunAt} to ${whole.endedAt} (requested by ${whole.requestedBy}).`,
        ]),
    ...(wholeUnderWay === null
      ? []
      : [
          `The verification of every record has been under way since ${wholeUnderWay.begunAt} (requested by ${wholeUnderWay.requestedBy}).`,
        ]),
    ...(faults.length === 0 ? ['No fault is known.'] : faults.map(faultText)),
  ].join('\n');
}

const faultText = ({ writer, seq, text }: Fault): string =>
  `Chain ${writer}, at record ${String(seq)}: ${text}.`;

function runsText(runs: readonly VerificationRunView[]): string {
  return table(
    runs,
    [
      ['Began', ({ beganAt }) => beganAt],
      ['Ended', ({ endedAt }) => endedAt],
      ['Requested by', ({ requestedBy }) => requestedBy],
      ['Verified', ({ scope, completes }) => (scope === 'new' ? 'new records' : wholeText(completes))],
      ['Records', ({ records }) => records],
      ['Chains', ({ chains }) => chains],
      ['Checkpoint', ({ checkpoint }) => checkpoint],
      ['Faults', ({ faults }) => faults],
      ['First fault', ({ firstFault }) => (firstFault === null ? null : faultText(firstFault))],
    ],
    'No run has verified the trail yet.',
  );
}

const wholeText = (completes: boolean): string =>
  completes ? 'the whole trail' : 'a part of the whole trail';
