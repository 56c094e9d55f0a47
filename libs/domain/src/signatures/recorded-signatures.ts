/**
 * What the audit trail says about signatures that Gatehouse had KMS make: `KMS_SIGNATURES`, one event for each key and
 * interval, with the request id that KMS gave each signature. CloudTrail names the same id (ADR 52).
 */
import type { AuditValue } from '../audit/audit.js';

export const SIGNATURES_EVENT = 'KMS_SIGNATURES';

/** A request to sign that ended without an answer: KMS may have signed, and Gatehouse can't know its id. */
export interface Unanswered {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RecordedSignatures {
  /** ARN of the key. */
  readonly key: string;
  readonly requestIds: readonly string[];
  readonly unanswered: readonly Unanswered[];
}

export function signatureFacts({
  key,
  requestIds,
  unanswered,
}: RecordedSignatures): Record<string, AuditValue> {
  return { key, requestIds, unanswered: unanswered.map(({ fromMs, toMs }) => ({ fromMs, toMs })) };
}

/** @returns null if the facts are not of this form */
export function readSignatureFacts(facts: unknown): RecordedSignatures | null {
  if (!isObject(facts)) return null;
  const { key, requestIds, unanswered } = facts;
  if (typeof key !== 'string' || !Array.isArray(requestIds) || !Array.isArray(unanswered)) return null;
  if (!requestIds.every((id): id is string => typeof id === 'string')) return null;
  const isSpan = (value: unknown): value is Unanswered =>
    isObject(value) && Number.isSafeInteger(value['fromMs']) && Number.isSafeInteger(value['toMs']);
  return unanswered.every(isSpan) ? { key, requestIds, unanswered } : null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
