/** What the payload of each job may be: ids and versions alone, no data of patients, no secrets, no names. */
import type { JobName } from '@gatehouse/domain/jobs/job-kinds';
import { z } from 'zod';
import { checkShape } from '../fault-words.js';
import { type FaultAt, faultsOf } from '../problem.js';

/** What a payload may hold. */
export const jobId = z.uuid();
export const jobVersion = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Of jobs that work out from rows what is to be done. */
export const noPayload = z.strictObject({});

/** Of jobs about one application or CIS2 client. */
export const ownerPayload = z.strictObject({ owner: jobId });

export const JOB_PAYLOADS: Readonly<Record<JobName, z.ZodType<object>>> = {
  'audit-partitions': noPayload,
  'audit-verification': noPayload,
  'audit-rollups': noPayload,
  'audit-stream': noPayload,
  'trail-archive': noPayload,
  'user-sessions': noPayload,
  'user-session-ends': noPayload,
  'key-rotation': noPayload,
  'key-rotation-step': ownerPayload,
  'key-emergencies': noPayload,
  'key-states': noPayload,
  'key-deletions': noPayload,
  housekeeping: noPayload,
  'expiry-watch': noPayload,
  'usage-watch': noPayload,
  'sign-in-watch': noPayload,
  'health-watch': noPayload,
  'signature-watch': noPayload,
  'jwks-watch': noPayload,
  probes: noPayload,
  notices: noPayload,
};

/** What is wrong with a payload, each fault with its place in a body that holds it as `payload`. */
export function payloadFaults(job: JobName, payload: unknown): FaultAt[] {
  const { error } = checkShape(JOB_PAYLOADS[job], payload);
  return error === undefined
    ? []
    : faultsOf(error).map(({ pointer, detail }) => ({ pointer: `/payload${pointer}`, detail }));
}
