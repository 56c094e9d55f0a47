import type { SystemEventView } from '@gatehouse/contracts/audit/audit-resources';
import type { StoryRow } from '../../adapters/audit/read/story.js';

/** Who did what, and why, as the trail records it. */
export function eventOf({ attemptId, startedAtMs, record, faults }: StoryRow): SystemEventView {
  const { actor, origin, reason, ...facts } = (record['facts'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    eventId: attemptId,
    at: new Date(startedAtMs).toISOString(),
    event: textOf(record['event']) ?? '',
    actor: textOf(actor),
    origin: textOf(origin),
    reason: textOf(reason),
    facts,
    faults: [...faults],
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
