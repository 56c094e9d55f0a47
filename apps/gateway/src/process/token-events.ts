/** Every mint of an access token, and every refusal of one, as an audit row and a number. */
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { TokenEvent, TokenRequestFacts } from '../adapters/nhs/access-token.js';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { Metrics } from '../status/metrics.js';
import type { Outages } from './outages.js';
import { systemEvent } from '../adapters/audit/system-event.js';

export function mintEvents(
  audit: Pick<AuditLog, 'system'>,
  metrics: Pick<Metrics, 'tokenCall' | 'keyUnusable'>,
  outages: Outages,
  now: () => number,
): (event: TokenEvent) => void {
  return (event) => {
    if (event.kind === 'KEY_STATE') metrics.keyUnusable();
    else metrics.tokenCall(event.grant, event.kind === 'MINT_OK' ? 'ok' : event.fault);
    const { binding, registryVersion } = event.plan;
    noteOutage(outages, event);
    const facts = {
      odsCode: binding.odsCode,
      bindingId: binding.id,
      environment: binding.application.environment,
      registryVersion,
      kid: event.kid,
      ...whatOf(event),
    };
    // The call that the token is for has its own rows, without which it isn't made.
    audit
      .system(
        systemEvent(event.kind, now(), facts, {
          applicationId: binding.application.id,
          odsCode: binding.odsCode,
        }),
      )
      .catch(() => undefined);
  };
}

/** A refusal, too, shows that the endpoint answers. */
function noteOutage(outages: Outages, event: TokenEvent): void {
  const dependency = `token endpoint of ${event.plan.binding.application.environment}`;
  if (event.kind === 'MINT_FAILED' && event.fault === 'transient')
    outages.failed(dependency, event.diagnosis);
  else if (event.kind !== 'KEY_STATE') outages.worked(dependency);
}

function whatOf(event: TokenEvent): Record<string, AuditValue> {
  switch (event.kind) {
    case 'MINT_OK':
      return { ...whoseOf(event), lifeS: event.lifeS, tokenIdHash: event.idHash };
    case 'MINT_FAILED':
      return {
        ...whoseOf(event),
        fault: event.fault,
        diagnosis: event.diagnosis,
        messageId: event.messageId,
        description: event.description,
      };
    case 'KEY_STATE':
      return { state: event.state };
  }
}

function whoseOf({ grant, userSessionId }: TokenRequestFacts): Record<string, AuditValue> {
  return userSessionId === null ? { grant } : { grant, userSessionId };
}
