/** Looks whether unusually many sign-ins failed within the last quarter of an hour. */
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { Finding, Watch } from '@gatehouse/domain/upkeep/finding';
import { type RefusedSignIns, refusedSignIns } from '@gatehouse/domain/upkeep/refused-sign-ins';

export interface SignInWatchDeps {
  readonly snapshot: () => Snapshot;
  readonly counts: (nowMs: number) => Promise<readonly RefusedSignIns[]>;
  readonly open: (watch: Watch) => Promise<ReadonlySet<string>>;
  readonly settle: (watch: Watch, findings: readonly Finding[], nowMs: number) => Promise<void>;
  readonly now: () => number;
}

const WATCH = 'refused-sign-ins';

export async function run({ snapshot, counts, open, settle, now }: SignInWatchDeps): Promise<void> {
  const nowMs = now();
  const found = refusedSignIns(snapshot(), await counts(nowMs), await open(WATCH));
  await settle(WATCH, found, nowMs);
}
