/** Reads what an evidence pack is made from. No statement is long and none shares a transaction with another. */
import type { ApprovalFacts } from '@gatehouse/domain/evidence/approvals';
import type { Traffic, TrailEvidence } from '@gatehouse/domain/evidence/evidence-pack';
import type { EvidencePeriod } from '@gatehouse/domain/evidence/period';
import type { RegistryRow } from '@gatehouse/domain/evidence/registry-rows';
import type pg from 'pg';
import { readApprovals } from './approvals.js';
import { coveringCheckpoints } from './covering-checkpoints.js';
import { registryRows } from './registry-history.js';
import { countTraffic } from './traffic-counts.js';

export interface EvidenceSource {
  /** @throws TooManyRows */
  history(odsCode: string, period: EvidencePeriod): Promise<RegistryRow[]>;
  /** @throws TooManyRows */
  approvals(odsCode: string, period: EvidencePeriod): Promise<ApprovalFacts>;
  traffic(
    odsCode: string,
    period: EvidencePeriod,
    onDay: (day: string, done: number, total: number) => Promise<void>,
  ): Promise<Traffic>;
  trail(period: EvidencePeriod): Promise<TrailEvidence>;
}

/** @param database the pool of the audit trail: the data plane never waits for a connection of it */
export function openEvidenceSource(database: pg.Pool): EvidenceSource {
  return {
    history: (odsCode, { untilMs }) => registryRows(database, odsCode, untilMs),
    approvals: (odsCode, period) => readApprovals(database, odsCode, period),
    traffic: (odsCode, period, onDay) => countTraffic(database, odsCode, period, onDay),
    trail: (period) => coveringCheckpoints(database, period),
  };
}
