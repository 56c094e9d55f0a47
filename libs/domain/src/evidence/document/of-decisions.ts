/** The parts of the evidence document about decisions: approvals, emergencies and changes. */
import type { ChangeEvidence, EvidencePack } from '../evidence-pack.js';
import { type Block, heading, paragraph, table } from './blocks.js';
import { decidedInWords, NONE, orNone, tableInWords, timeInWords, valueInWords, sentence } from './words.js';

/** About 200 pages. */
const MOST_CHANGES = 2_000;

export function approvalBlocks({ approvals }: EvidencePack): Block[] {
  const { fourEyes, requests, emergencyStops, keyEmergencies } = approvals;
  const review = (at: string | null, by: string | null, note: string | null): string =>
    at === null
      ? 'not reviewed'
      : [`${timeInWords(at)}, by ${orNone(by)}`, ...(note === null ? [] : [note])].join('. ');
  return [
    table(
      'Whether changes that matter needed a second person',
      [
        ['Environment', 2],
        ['Second person', 2],
        ['Since', 5],
        ['Until', 5],
      ],
      fourEyes.map(({ environment, on, since, until }) => [
        ...[environment, on ? 'needed' : 'not needed', decidedInWords(since), decidedInWords(until)],
      ]),
      'No environment is recorded for the organisation’s applications.',
    ),
    heading(3, 'Requests that needed a second person'),
    table(
      'Who requested, and who decided',
      [
        ['What', 5],
        ['Requested', 4],
        ['State', 2],
        ['Decided', 4],
      ],
      requests.map((request) => [
        request.summary.join(' '),
        `${timeInWords(request.requestedAt)}, by ${request.requestedBy}.${because(request.reason)}`,
        request.state,
        request.decidedAt === null
          ? NONE
          : `${timeInWords(request.decidedAt)}, by ${orNone(request.decidedBy)}.${because(request.decisionReason)}`,
      ]),
      'Nothing was requested in the period that needed a second person.',
    ),
    heading(3, 'Emergencies'),
    table(
      'What one person suspended at once, and its review',
      [
        ['What', 3],
        ['Stopped', 5],
        ['Lifted', 4],
        ['Reviewed', 4],
      ],
      emergencyStops.map((stop) => [
        [stop.kind, stop.target, ...(stop.environment === null ? [] : [stop.environment])].join(' '),
        `${timeInWords(stop.stoppedAt)}, by ${stop.stoppedBy}.${because(stop.reason)}`,
        stop.liftedAt === null
          ? 'not lifted'
          : `${timeInWords(stop.liftedAt)}, by ${orNone(stop.liftedBy)}.${because(stop.liftReason)}`,
        review(stop.reviewedAt, stop.reviewedBy, stop.reviewNote),
      ]),
      'Nothing was suspended in an emergency.',
    ),
    table(
      'Signing keys that one person disabled at once, and their review',
      [
        ['Key', 3],
        ['Disabled', 5],
        ['In KMS', 3],
        ['Reviewed', 4],
      ],
      keyEmergencies.map((emergency) => [
        emergency.kid,
        `${timeInWords(emergency.disabledAt)}, by ${emergency.disabledBy}.${because(emergency.reason)}`,
        emergency.kmsDisabledAt === null ? 'not confirmed' : timeInWords(emergency.kmsDisabledAt),
        review(emergency.reviewedAt, emergency.reviewedBy, emergency.reviewNote),
      ]),
      'No signing key was disabled in an emergency.',
    ),
  ];
}

const because = (reason: string | null): string => (reason === null ? '' : ` Reason: ${sentence(reason)}`);

export function changeBlocks({ changes }: EvidencePack): Block[] {
  const left = changes.length - MOST_CHANGES;
  return [
    table(
      'Every change, in its order',
      [
        ['When and by whom', 4],
        ['What', 3],
        ['Fields', 6],
        ['Reason', 3],
      ],
      changes
        .slice(0, MOST_CHANGES)
        .map((change) => [
          `${timeInWords(change.at)}, by ${change.by}`,
          `${tableInWords(change.table)} ${change.what}: ${change.key}`,
          fieldsInWords(change),
          orNone(change.reason),
        ]),
      'The registry did not change for the organisation in the period.',
    ),
    ...(left > 0
      ? [paragraph(`The other ${left.toLocaleString('en-GB')} changes of the period are in evidence.json.`)]
      : []),
  ];
}

function fieldsInWords({ what, fields }: ChangeEvidence): string {
  if (fields.length === 0) return NONE;
  return fields
    .map(({ name, before, after }) => {
      const field = name.replaceAll('_', ' ');
      if (before === undefined && after === undefined) return `${field}: not shown`;
      if (what === 'changed') return `${field}: ${valueInWords(before)} became ${valueInWords(after)}`;
      return `${field}: ${valueInWords(what === 'added' ? after : before)}`;
    })
    .join('; ');
}
