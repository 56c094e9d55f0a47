/** Writes notices of what ends soon. A notice that exists already is not written again, so this may run at any time. */
import type { Notice } from '@gatehouse/domain/notices/notice';

export interface ExpiryWatchDeps {
  /** Those that are due now. */
  readonly notices: () => Promise<readonly Notice[]>;
  readonly write: (notice: Notice) => Promise<unknown>;
  readonly signal: AbortSignal;
}

export async function run({ notices, write, signal }: ExpiryWatchDeps): Promise<void> {
  for (const notice of await notices()) {
    if (signal.aborted) return;
    await write(notice);
  }
}
