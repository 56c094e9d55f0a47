/** The parts of the evidence document about requests and the audit trail. */
import { ERRORS } from '../../errors.js';
import type { EvidencePack } from '../evidence-pack.js';
import { type Block, facts, heading, paragraph, table } from './blocks.js';
import { counted, monthInWords, NONE, timeInWords } from './words.js';

export function trafficBlocks({ traffic }: EvidencePack): Block[] {
  const number = (count: number): string => count.toLocaleString('en-GB');
  const byReason = (rows: EvidencePack['traffic']['refusals']) =>
    rows.map(({ month, code, count }) => [monthInWords(month), code, meaningOf(code), number(count)]);
  return [
    heading(3, 'Requests sent to the e-Referral Service'),
    table(
      'Attempts by month, environment, interaction and outcome',
      [
        ['Month', 3],
        ['Environment', 2],
        ['Interaction', 2],
        ['Outcome', 3],
        ['Attempts', 2],
      ],
      traffic.attempts.map(({ month, environment, interaction, outcome, count }) => [
        ...[monthInWords(month), environment, interaction, OUTCOMES[outcome] ?? outcome, number(count)],
      ]),
      'No request was sent in the period.',
    ),
    heading(3, 'Requests that did not complete, by reason'),
    table('Failures by month and reason', REASONS, byReason(traffic.failures), 'Every request completed.'),
    heading(3, 'Requests that Gatehouse rejected, by reason'),
    table('Rejections by month and reason', REASONS, byReason(traffic.refusals), 'No request was rejected.'),
  ];
}

const REASONS = [
  ['Month', 3],
  ['Code', 4],
  ['What it means', 6],
  ['Requests', 2],
] as const;

const OUTCOMES: Readonly<Record<string, string>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  NOT_SENT: 'not sent',
  UNKNOWN: 'not known',
  WITHHELD: 'answer withheld',
  OPEN: 'no outcome yet',
};

function meaningOf(code: string): string {
  return (
    (ERRORS as Readonly<Record<string, { readonly publicText: string } | undefined>>)[code]?.publicText ??
    NONE
  );
}

export function trailBlocks({ trail }: EvidencePack): Block[] {
  const named = (checkpoint: EvidencePack['trail']['first'], ifNone: string): string =>
    checkpoint === null
      ? ifNone
      : `Number ${String(checkpoint.sequence)}, ${timeInWords(checkpoint.madeAt)}. SHA-256 of its signature: ${checkpoint.sha256}`;
  return [
    paragraph(
      'Each record of the audit trail carries the hash of the one before it. Signed checkpoints, stored outside the database, say where these chains stood, so that records can’t be replaced or removed unnoticed.',
    ),
    facts('The checkpoints that cover the period', [
      ['Checkpoints in the period', trail.count.toLocaleString('en-GB')],
      ['First', named(trail.first, NONE)],
      ['Last', named(trail.last, NONE)],
      ['First after the period', named(trail.closing, 'None yet: the end of the period is not covered')],
      [
        'Compared with the trail',
        trail.headsCompared === 0
          ? 'Nothing, since there is no checkpoint'
          : `${counted(trail.headsCompared, 'record')} that the checkpoints name. ${
              trail.headsDiffering.length === 0
                ? 'All of them are in the trail, unchanged.'
                : `${counted(trail.headsDiffering.length, 'record')} of them missing or changed.`
            }`,
      ],
    ]),
    table(
      'Records that are missing or changed',
      [
        ['Chain', 4],
        ['Record', 1],
      ],
      trail.headsDiffering.map(({ writer, seq }) => [writer, String(seq)]),
      'No record that the checkpoints name is missing or changed.',
    ),
    table(
      'Checkpoints that found a chain behind an earlier one',
      [
        ['Checkpoint', 2],
        ['Made', 4],
        ['Chains behind', 2],
      ],
      trail.foundBehind.map(({ sequence, madeAt, chains }) => [
        String(sequence),
        timeInWords(madeAt),
        String(chains),
      ]),
      'No checkpoint of the period found a chain behind an earlier one.',
    ),
  ];
}
