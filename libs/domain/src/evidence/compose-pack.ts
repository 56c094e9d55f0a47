/** Puts an evidence pack together from what was read of the registry's history and the audit trail. Pure. */
import { type ApprovalFacts, approvalsIn } from './approvals.js';
import { changesIn } from './changes.js';
import { EVIDENCE_FORMAT, type EvidencePack, type Traffic, type TrailEvidence } from './evidence-pack.js';
import { withoutIdentifiersIn } from './identifiers.js';
import { exceptionsIn, keysIn } from './keys-and-exceptions.js';
import { applicationsIn, messageSetsIn, ownersIn } from './people-and-applications.js';
import type { EvidencePeriod } from './period.js';
import { instantOf, lastState, livesOf, type RegistryRow, stateBefore, textIn } from './registry-rows.js';

export interface EvidenceFacts extends ApprovalFacts {
  /** The history of what concerns the organisation, up to the end of the period, in its order. */
  readonly rows: readonly RegistryRow[];
  readonly traffic: Traffic;
  readonly trail: TrailEvidence;
}

const NOT_INCLUDED = [
  'Single requests and the patients they concerned: they are in the audit trail, which people with the right to read it can search and export.',
  'Requests that were rejected before Gatehouse knew the organisation, such as those without a valid credential, and rejections that were counted instead of recorded because there were too many.',
  'Probes by which Gatehouse itself asked NHS England about an application.',
  'Signing keys of CIS2 clients, which belong to a product and not to an organisation.',
  'The document of the authority for an owner: the pack has its SHA-256, by which the document can be recognised.',
];

/** @returns null if the organisation was not in the registry before the end of the period */
export function composePack(
  odsCode: string,
  period: EvidencePeriod,
  facts: EvidenceFacts,
): EvidencePack | null {
  const rows = facts.rows.filter(({ atMs }) => atMs < period.untilMs);
  const life = livesOf(rows, 'organisation').find(([first]) => first?.key === odsCode);
  if (life === undefined) return null;
  const applications = applicationsIn(rows, odsCode, period);
  const applicationIds = new Set(applications.map(({ id }) => id));
  const owners = ownersIn(rows, odsCode, period);
  const name = textIn(lastState(life), 'name');
  const pack: EvidencePack = {
    format: EVIDENCE_FORMAT,
    organisation: {
      odsCode,
      name,
      stateAtStart: textIn(stateBefore(life, period.fromMs) ?? {}, 'state') || null,
      stateAtEnd: textIn(lastState(life), 'state'),
    },
    period: {
      from: period.from,
      until: period.until,
      fromInstant: instantOf(period.fromMs),
      untilInstant: instantOf(period.untilMs),
    },
    owners,
    applications,
    messageSets: messageSetsIn(rows, applications, period),
    signingKeys: keysIn(rows, applicationIds, period),
    writeExceptions: exceptionsIn(rows, applicationIds, period),
    approvals: approvalsIn(rows, facts, { odsCode, name, applications }, period),
    changes: changesIn(rows, period),
    traffic: facts.traffic,
    trail: facts.trail,
    notIncluded: NOT_INCLUDED,
  };
  const known = [
    ...owners.map(({ spineUserId }) => spineUserId),
    ...applications.flatMap(({ asids }) => asids.map(({ asid }) => asid)),
    ...pack.changes.flatMap(knownNumbersOf),
  ];
  return withoutIdentifiersIn(pack, new Set(known));
}

/** ASIDs and Spine user ids that a change replaced. */
function knownNumbersOf({ fields }: EvidencePack['changes'][number]): string[] {
  return fields
    .filter(({ name }) => name === 'asid' || name === 'spine_user_id')
    .flatMap(({ before, after }) => [before, after])
    .filter((value) => typeof value === 'string');
}

/** The bytes of `evidence.json`: the same pack gives the same text. */
export function packText(pack: EvidencePack): string {
  return `${JSON.stringify(pack, null, 2)}\n`;
}
