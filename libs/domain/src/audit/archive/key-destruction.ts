/**
 * When the data key of an ended organisation may be destroyed, after which its patients can be neither read nor found in the
 * audit trail (docs/audit.md, "Destroying a data key"; ADR 88).
 */
import { monthOf } from './archive-month.js';
import type { Condition } from './removal.js';
import { endOfPeriodMs, monthsInWords } from './retention.js';

/** What the database says of an organisation. */
export interface KeyDestructionFacts {
  readonly organisation: {
    readonly name: string;
    readonly state: string;
    /** Epoch ms; null: it is not retired. */
    readonly retiredAtMs: number | null;
  };
  /** In months; null: records are never destroyed. */
  readonly deploymentRetention: number | null;
  /** Of the organisation alone, in months; null: it has none. */
  readonly ownRetention: number | null;
  /** Why nothing of it may be destroyed; null: there is no hold. */
  readonly hold: string | null;
  /** Why its key is to be destroyed, and how many people decided on it; null: nobody has. */
  readonly decision: { readonly reason: string; readonly people: number } | null;
  /** When the newest request of it began that is recorded or counted, epoch ms; null: it never had one. */
  readonly lastRequestMs: number | null;
}

/** Why governance can't decide that a key is to be destroyed, for people; null: it can. */
export function faultOfKeyDecision({
  state,
  hold,
  deploymentRetention,
}: {
  readonly state: string;
  readonly hold: string | null;
  readonly deploymentRetention: number | null;
}): string | null {
  if (state !== 'retired')
    return 'Only the data key of a retired organisation can be destroyed. Retire the organisation first.';
  if (hold !== null) return 'The records are held, so the data key has to stay. Lift the hold first.';
  if (deploymentRetention === null)
    return 'Nothing of the audit trail is ever destroyed here. Set a retention first.';
  return null;
}

export function keyConditionsOf(nowMs: number, facts: KeyDestructionFacts): Condition[] {
  const { organisation, hold, decision } = facts;
  return [
    organisation.retiredAtMs === null
      ? { isMet: false, text: `${organisation.name} is ${organisation.state}, not retired.` }
      : { isMet: true, text: `${organisation.name} is retired, since ${dayOf(organisation.retiredAtMs)}.` },
    hold === null
      ? { isMet: true, text: 'Its records are not held.' }
      : { isMet: false, text: `Its records are held: ${hold}` },
    decisionCondition(decision),
    retentionCondition(nowMs, facts),
  ];
}

function decisionCondition(decision: KeyDestructionFacts['decision']): Condition {
  if (decision === null) return { isMet: false, text: 'Nobody has decided that its data key is destroyed.' };
  return decision.people < 2
    ? {
        isMet: false,
        text: 'One person alone has decided that its data key is destroyed. A second one has to approve it.',
      }
    : { isMet: true, text: `Two people decided that its data key is destroyed: ${decision.reason}` };
}

/** The longer retention counts, from the end of the month of its last request or of its own end, whichever is later. */
function retentionCondition(nowMs: number, facts: KeyDestructionFacts): Condition {
  const { deploymentRetention, ownRetention, lastRequestMs, organisation } = facts;
  if (deploymentRetention === null)
    return { isMet: false, text: 'Records are never destroyed: nobody has set a retention.' };
  const months = Math.max(deploymentRetention, ownRetention ?? 0);
  const sinceMs = Math.max(lastRequestMs ?? 0, organisation.retiredAtMs ?? 0);
  const overMs = endOfPeriodMs(monthOf(sinceMs), months) ?? Number.POSITIVE_INFINITY;
  const kept = `Its records are kept for ${monthsInWords(months)} after ${monthOf(sinceMs)}`;
  return nowMs >= overMs
    ? { isMet: true, text: `${kept}, which ended on ${dayOf(overMs)}.` }
    : { isMet: false, text: `${kept}, until ${dayOf(overMs)}.` };
}

/** When the last backup expires that still has the wrapped key, epoch ms. */
export function lastBackupMs(destroyedAtMs: number, backupDays: number): number {
  return destroyedAtMs + backupDays * 86_400_000;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
