/**
 * While a token endpoint fails, each further refresh would spend a pair for nothing and cost a user their sign-in. One
 * attempt at a time finds out whether it is back. Until then, tokens that are still valid serve, and other calls are
 * refused for now.
 */
import { GatewayError } from '@gatehouse/domain/errors';
import { pauseAfterMs } from '../../nhs/token-failure.js';

export interface TokenOutages {
  /** Call before a pair is spent. @throws GW_TOKEN_UNAVAILABLE during an outage */
  refuseIfAway(environment: string): void;
  worked(environment: string): void;
  failed(environment: string, error: GatewayError): void;
}

interface Outage {
  failures: number;
  untilMs: number;
}

/** @param attemptMs the longest that one attempt takes */
export function createTokenOutages(monotonicNow: () => number, attemptMs: number): TokenOutages {
  const outages = new Map<string, Outage>();
  return {
    refuseIfAway(environment) {
      const outage = outages.get(environment);
      if (outage === undefined) return;
      const waitMs = outage.untilMs - monotonicNow();
      if (waitMs > 0)
        throw new GatewayError('GW_TOKEN_UNAVAILABLE', {
          detail: 'the token endpoint failed a moment ago',
          retryAfterS: Math.ceil(waitMs / 1000),
        });
      // The first call tries again; the others are refused until it has its answer.
      outage.untilMs = monotonicNow() + attemptMs;
    },
    worked(environment) {
      outages.delete(environment);
    },
    failed(environment, error) {
      const { failures } = outages.get(environment) ?? { failures: 0 };
      outages.set(environment, {
        failures: failures + 1,
        untilMs: monotonicNow() + pauseAfterMs(error, failures),
      });
    },
  };
}
