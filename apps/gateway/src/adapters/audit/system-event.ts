import { randomUUIDv7 } from 'node:crypto';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';

/** What a SYSTEM event concerns, and when it began if that was not when it is recorded. */
type About = Pick<Partial<SystemEvent>, 'startedAtMs' | 'applicationId' | 'odsCode' | 'clientId'>;

/** A SYSTEM event of the audit trail. @param atMs epoch ms at which it is recorded */
export function systemEvent(
  event: string,
  atMs: number,
  facts: SystemEvent['facts'],
  about: About = {},
): SystemEvent {
  return { kind: 'SYSTEM', event, attemptId: randomUUIDv7(), startedAtMs: atMs, atMs, ...about, facts };
}
