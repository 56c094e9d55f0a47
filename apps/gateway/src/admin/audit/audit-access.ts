import type { ActorFacts, AuditValue } from '@gatehouse/domain/audit/audit';
import { recordedCorrelationId } from '@gatehouse/domain/input/correlation-id';
import { Inject, Injectable } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { CLOCK, type Clock } from '../injected.js';
import { AuditTrail } from './audit-trail.js';
import { systemEvent } from '../../adapters/audit/system-event.js';

/** Records in the audit trail who reads it, before they are shown anything. */
@Injectable()
export class AuditAccess {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: Pick<AuditTrail, 'record'>,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws what the audit trail throws; then nothing may be shown */
  record(event: string, acting: Acting, facts: Readonly<Record<string, AuditValue>>): Promise<void> {
    return this.auditTrail.record(systemEvent(event, this.now(), { ...actorFacts(acting), ...facts }));
  }
}

/** Who acts. A name can be changed at the identity provider; issuer and subject stay. */
export function actorFacts({ actor, person, origin }: Acting): ActorFacts {
  const id = person === null ? {} : { actorIssuer: person.issuer, actorSubject: person.subject };
  return { actor, ...id, origin };
}

/**
 * A filter as facts of an event: only what the caller has set, and without digits of a correlation id that may be a
 * patient's.
 */
export function factsOf(
  filter: Readonly<Record<string, AuditValue | undefined>>,
): Record<string, AuditValue> {
  const set = Object.entries(filter).flatMap(([name, value]): [string, AuditValue][] => {
    if (value === undefined) return [];
    const isText = name === 'correlationId' && typeof value === 'string';
    return [[name, isText ? recordedCorrelationId(value, () => '…') : value]];
  });
  return Object.fromEntries(set);
}
