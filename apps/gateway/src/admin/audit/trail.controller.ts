import type { TrailView } from '@gatehouse/contracts/audit/trail-routes';
import { Controller, Inject } from '@nestjs/common';
import type { CheckpointStatus } from '../../adapters/audit/read/trail-status.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { AuditTrail } from './audit-trail.js';

const MOST_CHAINS = 100;

/** The trail as a whole. It shows no record, so looking at it is not recorded. */
@Controller()
export class TrailController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('trailShow')
  async show(): Promise<TrailView> {
    const { chains, checkpoints, uncovered, missing, records, monthsAhead } = await this.auditTrail.status(
      this.now(),
    );
    return {
      ...{ records, monthsAhead, chainCount: chains.length },
      chains: chains
        .slice(0, MOST_CHAINS)
        .map(({ writer, host, phase, startedAtMs, seq, uncovered, isBehind }) => ({
          ...{ writer, host, phase, startedAt: instantOf(startedAtMs), records: seq, uncovered, isBehind },
        })),
      checkpoints: checkpoints === null ? null : { ...viewOf(checkpoints), uncovered, missing: [...missing] },
    };
  }
}

function viewOf({ sequence, madeAtMs, lastBehind, places }: CheckpointStatus) {
  return {
    ...{ sequence, madeAt: instantOf(madeAtMs) },
    lastBehind:
      lastBehind === null ? null : { sequence: lastBehind.sequence, madeAt: instantOf(lastBehind.madeAtMs) },
    places: places.map(({ storedAtMs, ...place }) => ({ ...place, storedAt: instantOf(storedAtMs) })),
  };
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
