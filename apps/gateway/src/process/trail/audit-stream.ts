/** The stream of the audit trail to a collector: what its job takes, and what /metrics shows of it. */
import { randomUUID } from 'node:crypto';
import { now } from '#hooks';
import { openCollector } from '../../adapters/audit/stream/collector.js';
import { formatterOf } from '../../adapters/audit/stream/format.js';
import { openStreamStore, readStreams } from '../../adapters/audit/stream/stream.store.js';
import type { Config } from '../../config/config.js';
import { run } from '../../jobs/audit/audit-stream.job.js';
import { atOnceAndEvery, type Scheduled } from '../../jobs/schedule.js';
import type { Metrics } from '../../status/metrics.js';
import { monotonicNow, type Parts } from '../parts.js';

const MEASURE_MS = 15_000;

type StreamParts = Pick<Parts, 'auditDatabase' | 'outages'>;

/** Returns a run of the job. */
export function auditStream(
  { place, format, headers }: NonNullable<Config['auditStream']>,
  environments: Config['environments'],
  { auditDatabase, outages }: StreamParts,
): (signal: AbortSignal) => Promise<void> {
  const store = openStreamStore(auditDatabase, place, randomUUID());
  const hostOf = (environment: string): string | null => {
    const url = environments.get(environment)?.apiBaseUrl;
    return url === undefined ? null : new URL(url).host;
  };
  const formatter = formatterOf(format, hostOf);
  const { contentType } = formatter;
  const collector = openCollector({ place, contentType, headers, now });
  return (signal) => run({ store, formatter, collector, outages, now, monotonicNow, signal });
}

/** Read from the database, since the job runs in one process at a time. */
export function watchStream(
  { place }: NonNullable<Config['auditStream']>,
  metrics: Metrics,
  { auditDatabase }: StreamParts,
): Scheduled {
  let completeAtMs = now();
  metrics.watch(
    'audit_stream_age_seconds',
    'Since the collector last had every record of the audit trail',
    () => (now() - completeAtMs) / 1000,
  );
  return atOnceAndEvery(MEASURE_MS, async () => {
    const stream = (await readStreams(auditDatabase)).find((one) => one.place === place);
    completeAtMs = stream?.completeAtMs ?? completeAtMs;
  });
}
