/**
 * The kinds of background jobs. Each has a queue of its own, so that a worker of an older version leaves what it does not
 * know, and a kind that is stuck holds up no other (fault F22).
 */
import { KEY_STATE_RUN_MS } from '../rotation/key-state-pace.js';

export interface JobKind {
  /** What it does. */
  readonly purpose: string;
  /** What waits for it while it doesn't run, in words for the person who has to decide how urgent it is. */
  readonly waits: string;
  /** How often it runs; null: only when it is requested. */
  readonly everyMs: number | null;
  /** A run that takes longer is given up, and counts as a failed attempt. */
  readonly timeLimitMs: number;
  /** Before the job has failed permanently. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each later one. */
  readonly backOffMs: number;
  /** Jobs of this kind that one process runs at the same time. */
  readonly concurrency: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const JOB_KINDS = {
  'audit-partitions': {
    purpose: 'Creates the partitions of the audit trail for the months ahead.',
    waits:
      'Nothing is lost. Records of a month without a partition cannot be archived, and are slow to search, until it runs.',
    everyMs: HOUR_MS,
    timeLimitMs: 30 * MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'audit-verification': {
    purpose:
      'Verifies new records of the audit trail and compares its chains with the newest checkpoint; once a week, or on request, it verifies the whole trail.',
    waits:
      'Callers notice nothing, and records are written all the same. A record that somebody changed or removed is found when it runs.',
    everyMs: 10 * MINUTE_MS,
    timeLimitMs: 10 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  'audit-rollups': {
    purpose:
      'Counts new records of the audit trail into its hourly roll-ups, from which the dashboard reads.',
    waits:
      'Callers notice nothing, and records are written all the same. The dashboard counts the newest records itself; once there are many, it says how many are left out.',
    everyMs: 10_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 3,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'audit-stream': {
    purpose: 'Sends new records of the audit trail to the collector that GATEHOUSE_AUDIT_STREAM names.',
    waits:
      'Callers notice nothing, and nothing is lost. The collector gets the records that wait once it runs.',
    everyMs: 5_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 3,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'trail-archive': {
    purpose:
      'Archives each month of the audit trail, three days after its end, in every place where checkpoints are stored.',
    waits:
      'Nothing is lost, and records stay in the database all the same. The months that wait are archived once it runs.',
    everyMs: HOUR_MS,
    timeLimitMs: 30 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  'user-sessions': {
    purpose:
      'Ends sessions of healthcare workers whose time is over, and clears sign-ins that came to nothing.',
    waits:
      'Such sessions are refused all the same. Their tokens and names stay stored, sealed, until it runs.',
    everyMs: MINUTE_MS,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
  'user-session-ends': {
    purpose: 'Records the ends of user sessions of which the audit trail has no record yet.',
    waits:
      'The sessions have ended. The audit trail does not say so, after a suspension or the death of a process, until it runs.',
    everyMs: 5_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
  'key-rotation': {
    purpose: 'Finds signing keys whose rotation has a step to take, and has it taken.',
    waits: 'Callers notice nothing. Keys are used longer than their policy says until it runs.',
    everyMs: 10_000,
    timeLimitMs: MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
  'key-rotation-step': {
    purpose: 'Takes one step of the rotation of a signing key, such as publishing or activating it.',
    waits:
      'Callers notice nothing. The keys of that application or CIS2 client do not rotate until somebody retries the job.',
    everyMs: null,
    timeLimitMs: MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 4,
  },
  'key-states': {
    purpose: 'Reads from KMS whether published signing keys may sign, a part of them in each run.',
    waits:
      'Callers notice nothing. A key that somebody disabled in KMS is found when it is used, and a standby when it is needed, until it runs.',
    everyMs: KEY_STATE_RUN_MS,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'key-emergencies': {
    purpose:
      'Goes on disabling signing keys that may be in the wrong hands, if KMS was away or a process died.',
    waits:
      'Gatehouse may go on signing with such a key, and AWS KMS too, until it runs or somebody disables the key by hand.',
    everyMs: 5_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
  'key-deletions': {
    purpose:
      'Takes the keys of retired applications and CIS2 clients out of use, proposes one list of deletions a month, and schedules in KMS the deletions that two people approved.',
    waits: 'Callers notice nothing. Keys that nobody needs stay in KMS, and are paid for, until it runs.',
    everyMs: MINUTE_MS,
    timeLimitMs: 5 * MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 1,
  },
  housekeeping: {
    purpose:
      'Removes old sessions of staff, spent sign-ins, expired keys of sign-in, finished jobs and counts of worklists.',
    waits: 'Nothing is lost. The database grows until it runs.',
    everyMs: HOUR_MS,
    timeLimitMs: 10 * MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'expiry-watch': {
    purpose:
      'Writes notices of client keys, write exceptions, SRO reviews and tokens of the admin API that end soon.',
    waits: 'Nobody is notified of what ends soon. The metrics and alerts of it do not depend on this job.',
    everyMs: HOUR_MS,
    timeLimitMs: 10 * MINUTE_MS,
    attempts: 5,
    backOffMs: 5_000,
    concurrency: 1,
  },
  'usage-watch': {
    purpose: 'Finds clients that nobody uses, and clients that still call deprecated interactions.',
    waits: 'Nobody is notified of them. What was found before is still shown.',
    everyMs: 24 * HOUR_MS,
    timeLimitMs: 30 * MINUTE_MS,
    attempts: 5,
    backOffMs: 60_000,
    concurrency: 1,
  },
  'sign-in-watch': {
    purpose: 'Finds out whether unusually many sign-ins of staff or of healthcare workers failed.',
    waits: 'Nobody is notified of a flood of failed sign-ins. They are refused and recorded all the same.',
    everyMs: 5 * MINUTE_MS,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  'health-watch': {
    purpose:
      'Decides again whether an application works, after a change of the registry or another end of a call.',
    waits: 'Callers notice nothing. The lists filtered by health are as they were when it last ran.',
    everyMs: 5_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
  'signature-watch': {
    purpose:
      'Compares the signatures in KMS’s own log (CloudTrail) with those that the audit trail records, where a place of the log is configured.',
    waits: 'Callers notice nothing. A signature that Gatehouse did not ask for is found when it runs.',
    everyMs: 5 * MINUTE_MS,
    timeLimitMs: 10 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  'jwks-watch': {
    purpose:
      'Reads JWKS URLs from outside, and finds those that do not answer with the keys of the registry.',
    waits:
      'Requests do not wait for it. A public address that serves old keys or none is found by the first token that NHS England refuses.',
    everyMs: 5 * MINUTE_MS,
    timeLimitMs: 5 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  probes: {
    purpose: 'Asks NHS England about applications, each one when its last answer has become old.',
    waits:
      'Requests do not wait for it. What NHS England changed or never set is found by the first request that fails.',
    everyMs: MINUTE_MS,
    timeLimitMs: 10 * MINUTE_MS,
    attempts: 3,
    backOffMs: 10_000,
    concurrency: 1,
  },
  notices: {
    purpose: 'Sends notices to staff by email and to webhooks.',
    waits: 'Nothing is lost. Nobody is notified of approvals, stops, expiries and alarms until it runs.',
    everyMs: 5_000,
    timeLimitMs: 2 * MINUTE_MS,
    attempts: 5,
    backOffMs: 1_000,
    concurrency: 1,
  },
} as const satisfies Record<string, JobKind>;

export type JobName = keyof typeof JOB_KINDS;
export const JOB_NAMES = Object.keys(JOB_KINDS) as readonly JobName[];

export const isJobName = (name: string): name is JobName => Object.hasOwn(JOB_KINDS, name);

/** A run may be late by one interval, and by five minutes if that is more: the time of a restart. */
const LEAST_PATIENCE_MS = 5 * MINUTE_MS;

/**
 * Whether a scheduled job should have succeeded by now.
 * @param sinceMs epoch ms: when it last succeeded, or when its schedule was registered if it never did
 */
export function isOverdue({ everyMs }: Pick<JobKind, 'everyMs'>, sinceMs: number, nowMs: number): boolean {
  return everyMs !== null && nowMs - sinceMs > everyMs + Math.max(everyMs, LEAST_PATIENCE_MS);
}

/** Long enough for the message of an error, and too short for a payload. */
const CAUSE_LENGTH = 300;
/** What is looked at of a message, which may be a megabyte. */
const LOOKED_AT_LENGTH = 2_000;

/**
 * A cause that may be kept and shown: one line, without anything that reads as an NHS number, a UBRN, an address of email,
 * a key or another secret.
 */
export function causeText(name: string, message: string): string {
  const line = message.slice(0, LOOKED_AT_LENGTH).replace(/\s+/g, ' ').trim();
  const text = line === '' ? name : name === 'Error' ? line : `${name}: ${line}`;
  const withoutSecrets = text.replace(ADDRESS, '[address]').replace(SECRET, '[secret]');
  return withoutSecrets.replace(LONG_NUMBER, '[number]').slice(0, CAUSE_LENGTH);
}

const ADDRESS = /[^\s<>"']+@[^\s<>"']+/g;
/** A signed token, or 32 letters and digits together, in a word with what else it consists of. A UUID is none. */
const SECRET = /\beyJ[\w-]+\.[\w.-]*|[\w+/=-]*[0-9A-Za-z]{32}[\w+/=-]*/g;

/** Ten digits or more, however they are grouped. */
const LONG_NUMBER = /\d(?:[ ._:+-]?\d){9,}/g;
