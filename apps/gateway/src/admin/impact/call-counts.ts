import type { CallCount } from '../../adapters/audit/read/counts.js';

interface Counted {
  requests: number;
  lastRequestAt: string | null;
}

/** The requests that the audit trail has counted, summed up by what is asked. */
export class CallCounts {
  readonly total: number;
  private readonly byBinding: ReadonlyMap<string, readonly CallCount[]>;
  private readonly byCall: ReadonlyMap<string, readonly CallCount[]>;

  constructor(counts: readonly CallCount[]) {
    this.total = requestsOf(counts);
    this.byBinding = Map.groupBy(counts, ({ bindingId }) => bindingId);
    this.byCall = Map.groupBy(counts, callKey);
  }

  ofBindings(bindingIds: readonly string[]): Counted {
    return counted(bindingIds.flatMap((id) => this.byBinding.get(id) ?? []));
  }

  /** Of one client and operation under these bindings. */
  ofCall(call: Omit<CallCount, 'bindingId' | 'count' | 'lastAtMs'>, bindingIds: readonly string[]): Counted {
    return counted(bindingIds.flatMap((bindingId) => this.byCall.get(callKey({ ...call, bindingId })) ?? []));
  }
}

const callKey = (call: Pick<CallCount, 'bindingId' | 'clientId' | 'operationId'>): string =>
  JSON.stringify([call.bindingId, call.clientId, call.operationId]);

const requestsOf = (counts: readonly CallCount[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);

function counted(counts: readonly CallCount[]): Counted {
  const last = Math.max(...counts.map(({ lastAtMs }) => lastAtMs));
  return {
    requests: requestsOf(counts),
    lastRequestAt: counts.length === 0 ? null : new Date(last).toISOString(),
  };
}
