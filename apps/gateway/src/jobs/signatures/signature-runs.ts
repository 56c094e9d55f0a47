/** The watch of KMS's own log where the configuration says where it is. */
import { openLogPlace } from '../../adapters/signatures/open-log-place.js';
import { openLogReader } from '../../adapters/signatures/log-reader.js';
import { settleFindings } from '../../adapters/upkeep/findings.js';
import { run } from './signature-watch.job.js';
import type { SignatureWatchDeps } from './watch-deps.js';

export interface SignatureWatchParts extends Pick<
  SignatureWatchDeps,
  'db' | 'trail' | 'audit' | 'log' | 'now' | 'ownKeys'
> {
  /** Null: no place of the log is configured. */
  readonly cloudTrail: Parameters<typeof openLogPlace>[0] | null;
}

export async function runSignatureWatch(parts: SignatureWatchParts, signal: AbortSignal): Promise<void> {
  const { cloudTrail, ...same } = parts;
  if (cloudTrail === null) return;
  const reader = openLogReader();
  try {
    await run({
      ...{ ...same, signal, reader, place: openLogPlace(cloudTrail) },
      settleFindings: (watch, findings, nowMs) =>
        settleFindings(parts.db, watch, findings, { nowMs, signal }),
    });
  } finally {
    await reader.close();
  }
}
