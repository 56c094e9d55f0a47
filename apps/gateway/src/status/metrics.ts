/** Prometheus metrics. Labels are bounded: codes, stages and interactions, never tenants or identifiers. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TokenFault } from '@gatehouse/domain/apim/token-answer';
import type { TokenGrant } from '@gatehouse/domain/apim/token-request';
import type { AuditMetrics } from '../adapters/audit/write/options.js';
import type { RegistryMetric } from '../adapters/otlp/metric-data.js';
import type { Exchange } from '../data-plane/exchange.js';

export interface Metrics {
  readonly audit: AuditMetrics;
  observeRequest(exchange: Exchange): void;
  tokenCall(grant: TokenGrant, result: 'ok' | TokenFault): void;
  /** From the sending of a call to e-RS to the headers of its answer, or to its failure. */
  upstreamCall(result: 'answered' | 'failed', milliseconds: number): void;
  parseError(): void;
  /** A client tried many referrals that e-RS refused (threat T8). */
  referralsGuessed(): void;
  keyUnusable(): void;
  /** The sweeper closed the attempts of a writer that had died. */
  writerSwept(): void;
  /** Months in a row for which the audit trail has partitions, as the worker role last found. */
  partitionsAhead(months: number): void;
  /** Rotations of signing keys that need a person, as the worker role last found. */
  rotationsStuck(count: number): void;
  /** How long a background job waited past the moment at which it was due. */
  jobLag(job: string, milliseconds: number): void;
  /** Read at scrape time. */
  watch(name: string, help: string, read: () => number): void;
  /** The same with labels, or with no value now and then; a combination that is no longer returned disappears. */
  watchEach(name: string, help: string, labelNames: readonly string[], read: () => readonly Labelled[]): void;
  /** The page in Prometheus's text format, and its content type. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** What is on the page, as objects. */
  read(): Promise<readonly RegistryMetric[]>;
}

export interface Labelled {
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** As in package.json; a test compares them. */
export const VERSION = '0.1.0';

/** Counters of these begin at 0, so that Prometheus sees the first increase as well. */
const TOKEN_GRANTS = ['client_credentials', 'exchange', 'refresh', 'authorization_code'] as const;
const TOKEN_RESULTS = [
  'ok',
  'ours',
  'key-not-seen',
  'configuration',
  'transient',
  'sign-in',
  'malformed',
] as const;
const LAWS = 11;
/** Nobody knows whether e-RS did what the caller asked for. */
const IN_DOUBT: ReadonlySet<string | null> = new Set(['GW_DELIVERY_UNKNOWN', 'GW_DELIVERED_UNCONFIRMED']);

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const LAG_SECONDS = [0.05, 0.25, 1, 5, 15, 60, 300, 3_600];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'gatehouse_' });
  const requests = new Counter({
    name: 'gatehouse_requests_total',
    help: 'Requests on the partner listener, by how they ended',
    labelNames: ['outcome', 'code', 'interaction', 'environment', 'upstream_status'],
    registers,
  });
  const durations = new Histogram({
    name: 'gatehouse_request_seconds',
    help: 'Duration of requests on the partner listener, from the first byte to the last',
    labelNames: ['outcome', 'interaction'],
    buckets: SECONDS,
    registers,
  });
  const laws = new Counter({
    name: 'gatehouse_law_alarms_total',
    help: 'Faults of Gatehouse that would have broken a law of docs/laws.md, had they not been noticed',
    labelNames: ['law'],
    registers,
  });
  for (let law = 1; law <= LAWS; law += 1) laws.inc({ law }, 0);
  const doubts = new Counter({
    name: 'gatehouse_writes_in_doubt_total',
    help: 'Writes that were sent to e-RS and whose result was not seen, or not recorded',
    registers,
  });
  new Gauge({
    name: 'gatehouse_build_info',
    help: 'Always 1; its label is the version that runs',
    labelNames: ['version'],
    registers,
  }).set({ version: VERSION }, 1);
  const stages = new Histogram({
    name: 'gatehouse_stage_seconds',
    help: 'Time spent in each stage of a request',
    labelNames: ['stage'],
    buckets: SECONDS,
    registers,
  });
  const guesses = new Counter({
    name: 'gatehouse_referrals_guessed_total',
    help: 'Clients that tried twenty UBRNs within ten minutes which e-RS refused',
    registers,
  });
  const upstreamCalls = new Histogram({
    name: 'gatehouse_upstream_seconds',
    help: 'Time that e-RS took, from the sending of a call to the headers of its answer or to its failure',
    labelNames: ['result'],
    buckets: SECONDS,
    registers,
  });
  const commits = new Histogram({
    name: 'gatehouse_audit_commit_seconds',
    help: 'Duration of one group commit of audit rows',
    buckets: SECONDS,
    registers,
  });
  const queue = new Gauge({
    name: 'gatehouse_audit_queue',
    help: 'Audit rows waiting for a commit',
    registers,
  });
  const batches = new Histogram({
    name: 'gatehouse_audit_batch_rows',
    help: 'Rows per group commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const tokens = new Counter({
    name: 'gatehouse_token_calls_total',
    help: 'Calls of the APIM token endpoint, by grant and result',
    labelNames: ['grant', 'result'],
    registers,
  });
  for (const grant of TOKEN_GRANTS) for (const result of TOKEN_RESULTS) tokens.inc({ grant, result }, 0);
  const parseErrors = new Counter({
    name: 'gatehouse_parse_errors_total',
    help: 'Connections refused by the HTTP parser',
    registers,
  });
  const unusable = new Counter({
    name: 'gatehouse_keys_unusable_total',
    help: 'Times a signing key was found disabled or gone',
    registers,
  });

  const swept = new Counter({
    name: 'gatehouse_audit_writers_swept_total',
    help: 'Audit writers that died and whose open attempts this process closed',
    registers,
  });
  const rotations = new Gauge({
    name: 'gatehouse_key_rotations_stuck',
    help: 'Rotations of signing keys whose step failed again and again',
    registers,
  });
  const partitions = new Gauge({
    name: 'gatehouse_audit_partitions_ahead',
    help: 'Months in a row, the current one included, for which the audit trail has a partition',
    registers,
  });
  const jobLags = new Histogram({
    name: 'gatehouse_job_lag_seconds',
    help: 'How long a background job waited past the moment at which it was due',
    // Prometheus gives `job` to every series itself.
    labelNames: ['name'],
    buckets: LAG_SECONDS,
    registers,
  });
  // A process that is no worker never looks, and 0 would be an alarm.
  partitions.remove();

  return {
    audit: {
      commitMs: (milliseconds) => {
        commits.observe(milliseconds / 1000);
      },
      queueLength: (events) => {
        queue.set(events);
      },
      batch: (events) => {
        batches.observe(events);
      },
    },
    observeRequest(exchange) {
      requests.inc({
        outcome: exchange.outcome ?? 'NONE',
        code: exchange.code ?? '',
        interaction: exchange.matched?.operation.interaction ?? '',
        environment: exchange.client?.environment ?? '',
        upstream_status: exchange.upstreamStatus ?? '',
      });
      durations.observe(
        {
          outcome: exchange.outcome ?? 'NONE',
          interaction: exchange.matched?.operation.interaction ?? '',
        },
        (exchange.lapMs - exchange.startedMs) / 1000,
      );
      if (IN_DOUBT.has(exchange.code)) doubts.inc();
      const { law } = exchange.failure?.options ?? {};
      if (law !== undefined) laws.inc({ law });
      for (const [stage, milliseconds] of exchange.stageMs) stages.observe({ stage }, milliseconds / 1000);
    },
    tokenCall(grant, result) {
      tokens.inc({ grant, result });
    },
    upstreamCall(result, milliseconds) {
      upstreamCalls.observe({ result }, milliseconds / 1000);
    },
    referralsGuessed() {
      guesses.inc();
    },
    parseError() {
      parseErrors.inc();
    },
    keyUnusable() {
      unusable.inc();
    },
    writerSwept() {
      swept.inc();
    },
    rotationsStuck(count) {
      rotations.set(count);
    },
    partitionsAhead(months) {
      partitions.set(months);
    },
    jobLag(job, milliseconds) {
      jobLags.observe({ name: job }, milliseconds / 1000);
    },
    watch(name, help, read) {
      const gauge: Gauge = new Gauge({
        name: `gatehouse_${name}`,
        help,
        registers,
        collect: () => {
          gauge.set(read());
        },
      });
    },
    watchEach(name, help, labelNames, read) {
      const gauge: Gauge = new Gauge({
        name: `gatehouse_${name}`,
        help,
        labelNames: [...labelNames],
        registers,
        collect: () => {
          gauge.reset();
          // Without labels a reset gauge is 0, not absent.
          if (labelNames.length === 0) gauge.remove();
          for (const { labels, value } of read()) gauge.set(labels, value);
        },
      });
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    read: () => registry.getMetricsAsJSON(),
  };
}
