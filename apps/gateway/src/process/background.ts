/** The background jobs of the worker role, with what each of them needs. */
import { JOB_PAYLOADS, ownerPayload } from '@gatehouse/contracts/operation/job-payloads';
import { isServed } from '@gatehouse/domain/apim/jwks';
import { accessReviewNotices } from '@gatehouse/domain/notices/access-review-notices';
import { expiryNotices } from '@gatehouse/domain/notices/expiry-notices';
import { tokenNotices } from '@gatehouse/domain/notices/token-notices';
import { JOB_KINDS, JOB_NAMES, type JobName } from '@gatehouse/domain/jobs/job-kinds';
import { killPoint, now } from '#hooks';
import { notify } from '../adapters/notices/notify.js';
import { expiringTokens } from '../adapters/people/expiring-tokens.js';
import { rolesInUse } from '../adapters/people/staff-roles.js';
import { claimDue, storeProbes } from '../adapters/probes/probe-results.js';
import { openCheckpointStore } from '../adapters/audit/checkpoints/checkpoint.store.js';
import { openRollupStore } from '../adapters/audit/rollup/rollup.store.js';
import { openVerificationStore } from '../adapters/audit/verify/verification.store.js';
import { linkHex } from '../adapters/audit/write/chain.js';
import { openPartitions } from '../adapters/audit/write/partitions.js';
import { createSecretBox } from '../adapters/kms/secret-box.js';
import { createMailer } from '../adapters/notices/email.js';
import { createWebhooks } from '../adapters/notices/webhook.js';
import { removeEndedRows } from '../adapters/people/ended-rows.js';
import { createJobRecords, type DeadJob } from '../adapters/queue/job-records.js';
import { openQueueStore } from '../adapters/queue/queue-store.js';
import { workerReports } from '../adapters/queue/worker-reports.js';
import { settleFindings } from '../adapters/upkeep/findings.js';
import { endOverdueSessions } from '../adapters/users/overdue-sessions.js';
import type { Config } from '../config/config.js';
import { isLoopback } from '../config/loopback.js';
import { run as keepPartitions } from '../jobs/audit/audit-partitions.job.js';
import { run as verifyTrail } from '../jobs/audit/audit-verification.job.js';
import { run as countTrail } from '../jobs/audit/audit-rollups.job.js';
import { run as watchExpiry } from '../jobs/expiry-watch.job.js';
import { runHealthWatch, runJwksWatch, runSignInWatch, runUsageWatch } from '../jobs/upkeep-runs.js';
import { run as keepHouse } from '../jobs/housekeeping.job.js';
import { checkLive } from '../data-plane/probe/live-check.js';
import type { Canaries } from '../data-plane/probe/user-check.js';
import { run as probeApplications } from '../jobs/probes.job.js';
import type { BackgroundJob } from '../jobs/queue/background-job.js';
import {
  announceUnconfirmed,
  settleEmergency,
  unsettledEmergencies,
} from '../adapters/keys/key-emergencies.js';
import { run as readKeyStates } from '../jobs/keys/key-states.job.js';
import { run as settleEmergencies } from '../jobs/keys/key-emergencies.job.js';
import { runSignatureWatch } from '../jobs/signatures/signature-runs.js';
import { run as endKeys } from '../jobs/keys/key-deletions.job.js';
import { run as rotateKeys } from '../jobs/keys/key-rotation.job.js';
import { run as takeRotationStep } from '../jobs/keys/key-rotation-step.job.js';
import { type BackgroundJobs, startBackgroundJobs } from '../jobs/queue/background-jobs.js';
import { traceRuns } from '../jobs/queue/trace-runs.js';
import { rotationDeps, rotationStepDeps } from '../jobs/keys/rotation-parts.js';
import { keyDeletions } from '../adapters/keys/key-deletions.js';
import { run as recordSessionEnds } from '../jobs/user-session-ends.job.js';
import { run as endUserSessions } from '../jobs/user-sessions.job.js';
import type { Metrics } from '../status/metrics.js';
import type { Log } from './log.js';
import { type NoticeSending, sendNotices } from '../jobs/send-notices.js';
import { auditStream } from './trail/audit-stream.js';
import { trailArchive } from './trail/trail-archive.js';
import { monotonicNow, type Parts } from './parts.js';
import { systemEvent } from '../adapters/audit/system-event.js';

export function openBackgroundJobs(config: Config, log: Log, metrics: Metrics, parts: Parts): BackgroundJobs {
  const onStore = (error: Error | null): void => {
    if (error === null) parts.outages.worked('queue');
    else parts.outages.failed('queue', error);
  };
  const store = openQueueStore({
    redisUrl: config.redisUrl,
    databaseUrl: config.databaseUrl,
    onError: onStore,
  });
  return startBackgroundJobs({
    store,
    records: createJobRecords(parts.prisma, now),
    jobs: backgroundJobs(config, log, metrics, parts),
    log,
    onLag: (job, lagMs) => {
      metrics.jobLag(job, lagMs);
    },
    ...(parts.spans === null ? {} : { onRun: traceRuns(parts.spans) }),
    onDead: (failure) => recordDead(parts, log, failure),
    onStore,
    reports: workerReports(parts.prisma, store.kind, now),
  });
}

function backgroundJobs(config: Config, log: Log, metrics: Metrics, parts: Parts): BackgroundJob[] {
  const { prisma, users, endRecords } = parts;
  const partitions = openPartitions(parts.auditDatabase);
  const onMonthsAhead = (months: number): void => {
    metrics.partitionsAhead(months);
  };
  const { kms: keyService, canary, cis2Canary, audit, registry } = parts;
  const environments = new Set(config.environments.keys());
  const rotationStep = rotationStepDeps({
    ...{
      db: prisma,
      environments,
      keyService,
      canary,
      cis2Canary,
      audit,
      publicUrl: config.publicUrl,
      now,
      killPoint,
      log,
    },
    snapshot: () => registry.current(),
  });
  const emergencies = { db: prisma, keyService, audit, now, log };
  const sending = noticeSending(config, parts);
  const upkeep = {
    ...{ db: prisma, auditDatabase: parts.auditDatabase, now },
    snapshot: () => registry.current(),
  };
  const signatures = {
    ...{ db: prisma, trail: parts.auditDatabase, audit, log, now },
    cloudTrail: config.cloudTrail,
    ownKeys: config.checkpoints === null ? [] : [config.checkpoints.kmsKey],
  };
  const stream =
    config.auditStream === null ? null : auditStream(config.auditStream, config.environments, parts);
  const archive = config.checkpoints === null ? null : trailArchive(config.checkpoints, log, parts);
  const runs: Record<JobName, BackgroundJob['run']> = {
    'audit-partitions': (_, signal) => keepPartitions({ partitions, onMonthsAhead, signal, log }),
    'audit-verification': (_, signal) =>
      verifyTrail({
        store: openVerificationStore(parts.auditDatabase, prisma),
        covered: openCheckpointStore(parts.auditDatabase).covered,
        link: linkHex,
        settle: (findings, nowMs) => settleFindings(prisma, 'trail-fault', findings, { nowMs, signal }),
        ...{ audit, log, now, monotonicNow, signal },
      }),
    'audit-rollups': (_, signal) =>
      countTrail({ store: openRollupStore(parts.auditDatabase), now, monotonicNow, signal }),
    'audit-stream': async (_, signal) => stream?.(signal),
    'trail-archive': async (_, signal) => archive?.(signal),
    'user-sessions': () =>
      endUserSessions({
        endOverdue: () => endOverdueSessions(prisma, config.userSessions, now()),
        logins: users.logins,
      }),
    'user-session-ends': () => recordSessionEnds(endRecords),
    'key-rotation': () =>
      rotateKeys(
        rotationDeps({ db: prisma, environments, now }, (count) => {
          metrics.rotationsStuck(count);
        }),
      ),
    'key-rotation-step': (payload) => takeRotationStep(rotationStep, ownerPayload.parse(payload).owner),
    'key-states': (_, signal) =>
      readKeyStates({
        ...{ kms: keyService, environments, audit, now, signal, snapshot: () => registry.current() },
        notify: (notice) => notify(prisma, notice, now()),
        onActiveUnusable: (kid) => {
          metrics.keyUnusable();
          log.error({ kid }, 'signing key is disabled, gone or pending deletion');
        },
      }),
    'key-emergencies': () =>
      settleEmergencies({
        unsettled: (beforeMs) => unsettledEmergencies(prisma, beforeMs),
        settle: (id) => settleEmergency(emergencies, id),
        announce: (id) => announceUnconfirmed(emergencies, id),
        now,
      }),
    'key-deletions': (_, signal) =>
      endKeys({
        deletions: keyDeletions(prisma),
        isServed: (kid) => isServed(registry.current(), kid),
        ...{ kms: keyService, environments, audit, now, signal },
      }),
    notices: (_, signal) => sendNotices(sending, signal),
    housekeeping: (_, signal) =>
      keepHouse({ removeSlice: () => removeEndedRows(prisma, now()), signal, log }),
    'expiry-watch': (_, signal) =>
      watchExpiry({
        notices: async () => [
          ...expiryNotices(registry.current(), now()),
          ...tokenNotices(await expiringTokens(prisma, now()), now()),
          ...accessReviewNotices(await rolesInUse(prisma), now()),
        ],
        write: (notice) => notify(prisma, notice, now()),
        signal,
      }),
    'usage-watch': (_, signal) => runUsageWatch(upkeep, signal),
    // Nobody outside can read a loopback address, which is for trying Gatehouse out.
    'jwks-watch': (_, signal) =>
      isLoopback(new URL(config.publicUrl).hostname)
        ? Promise.resolve()
        : runJwksWatch({ ...upkeep, environments, publicUrl: config.publicUrl }, signal),
    'sign-in-watch': (_, signal) => runSignInWatch(upkeep, signal),
    'health-watch': (_, signal) =>
      runHealthWatch(
        {
          ...{ db: prisma, auditDatabase: parts.auditDatabase, now },
          kindOf: (environment) => config.environments.get(environment)?.kind,
        },
        signal,
      ),
    'signature-watch': (_, signal) => runSignatureWatch(signatures, signal),
    probes: (_, signal) => runProbes(config, log, parts, { application: canary, cis2: cis2Canary }, signal),
  };
  return JOB_NAMES.map((name) => ({
    ...{ name, kind: JOB_KINDS[name], payload: JOB_PAYLOADS[name], run: runs[name] },
  }));
}

/** The schedule, as the records name it. */
const SCHEDULE = { actor: 'schedule', origin: 'background job' };

async function runProbes(
  { probeEveryMs, environments }: Config,
  log: Log,
  { prisma, plane }: Parts,
  canaries: Canaries,
  signal: AbortSignal,
): Promise<void> {
  if (probeEveryMs === null) return;
  const authenticated = [...environments.values()].filter(({ kind }) => kind === 'authenticated');
  const names = authenticated.map(({ name }) => name);
  await probeApplications({
    claim: (most) => claimDue(prisma, names, { nowMs: now(), everyMs: probeEveryMs, most }),
    ask: async (due) => (await checkLive(plane, due, SCHEDULE, canaries)).result,
    store: (rows) => storeProbes(prisma, rows, now()),
    log,
    signal,
  });
}

function noticeSending(
  { notices, consoleOrigin, auditKmsKey }: Config,
  { prisma, kms }: Parts,
): NoticeSending {
  const { mail, webhookHosts } = notices;
  return {
    ...{ db: prisma, box: createSecretBox(kms, auditKmsKey), consoleOrigin, now },
    mailer: mail === null ? null : createMailer(mail),
    webhooks: webhookHosts === null ? null : createWebhooks({ hosts: webhookHosts, now }),
  };
}

async function recordDead({ audit }: Parts, log: Log, failure: DeadJob): Promise<void> {
  const { job, queueId, attempts, cause } = failure;
  log.error({ job, attempts }, 'a background job has failed permanently');
  await audit.system(systemEvent('JOB_DEAD', now(), { job, queueId, attempts, cause }));
}
