/** Records of the audit trail that are not what was written, as the verification by the worker found them (ADR 67). */
import { CHAIN_FAULTS, type ChainFault } from '../audit/chain-check.js';
import type { Finding } from './finding.js';

export interface FaultOfChain extends ChainFault {
  readonly writer: string;
}

/** One for each chain and number. @param faults of all passes that count; the same one may be there twice */
export function trailFindings(faults: readonly FaultOfChain[]): Finding[] {
  const byKey = new Map(
    faults.map((fault) => [`trail-fault ${fault.writer} ${String(fault.seq)} ${fault.kind}`, fault]),
  );
  return [...byKey].map(([key, { writer, seq, kind }]) => ({
    key,
    notice: {
      kind: 'alarm',
      title: `The audit trail is not what was written: chain ${writer}, record ${String(seq)}`,
      body: `At record ${String(seq)}: ${CHAIN_FAULTS[kind]}. Nothing after it is verified on this chain.`,
      whatToDo:
        'Keep the database and the checkpoints as they are, and follow the runbook GatehouseTrailFault. Once the records are restored, have the whole trail verified again: that ends this alarm.',
      path: '/trail',
      odsCodes: [],
      staffId: null,
    },
  }));
}
