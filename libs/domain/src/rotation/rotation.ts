/**
 * The rotation of signing keys under a policy: which step is next, and from when it may be taken. It is computed from
 * rows alone, so that a standstill of a week is caught up once.
 *
 * One key is always ahead: while a key is ACTIVE its successor is PUBLISHED and confirmed, so that a change waits for
 * nothing, not even in an emergency (docs/reference/protocol-facts.md §4: API Management keeps a JWKS for 3,600 s and does
 * not fetch it again for an unknown kid; threats K3 and K4).
 */
import { activatableAtMs, RETIREMENT_S, type SigningKeyState } from '../registry/signing-key.js';

/** A signing key of one owner. Times are epoch ms; null: it has not happened. */
export interface RotatingKey {
  readonly kid: string;
  readonly state: SigningKeyState;
  readonly createdAtMs: number;
  readonly publishedAtMs: number | null;
  /** When its JWKS URL, read from outside the process, last proved to be what the registry holds. */
  readonly confirmedAtMs: number | null;
  /** When NHS England last accepted an assertion that this key signed before it was activated. */
  readonly provenAtMs: number | null;
  readonly activatedAtMs: number | null;
  readonly retiredAtMs: number | null;
  readonly removedAtMs: number | null;
  /** When its KMS key was disabled. */
  readonly disabledAtMs: number | null;
}

/** The keys of one application or CIS2 client, and the policy under which they rotate. */
export interface Rotation {
  readonly ownerId: string;
  readonly everyDays: number;
  /** When the policy was last set. */
  readonly policyAtMs: number;
  readonly keys: readonly RotatingKey[];
}

/**
 * `create`: make the next key in KMS. `publish`: put it into the JWKS. `confirm`: read the JWKS by its public URL.
 * `prove`: request one token with it, the canary. `activate`: sign with it from now on. `remove`: take a retired key out of
 * the JWKS. `disable`: disable the KMS key of a removed one.
 */
export const ROTATION_STEPS = [
  'activate',
  'prove',
  'remove',
  'confirm',
  'publish',
  'create',
  'disable',
] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export interface NextStep {
  readonly step: RotationStep;
  /** Null: of a key that does not exist yet. */
  readonly kid: string | null;
  /** Epoch ms; not before. */
  readonly atMs: number;
}

const DAY_MS = 86_400_000;
/** A proof must be young: what NHS England accepted an hour ago it may reject now. */
export const PROOF_LIFE_MS = 15 * 60_000;
/** A policy leaves a retired key published for a day, so that people have time to roll back. */
export const ROLLBACK_MS = DAY_MS;
/** Owners change their keys up to a tenth of the interval early, each by its own share. */
const SPREAD = 0.1;
export const EVERY_DAYS = { least: 1, most: 365, usual: 90 } as const;

/**
 * When the ACTIVE key is due to be replaced, in epoch ms: within `everyDays` of its activation, and spread so that keys
 * which were activated together, or whose policy was set at the same moment, do not fall due together.
 */
export function rotationDueMs(
  { ownerId, everyDays, policyAtMs }: Omit<Rotation, 'keys'>,
  activatedAtMs: number,
): number {
  const everyMs = everyDays * DAY_MS;
  const share = shareOf(ownerId);
  const due = activatedAtMs + everyMs * (1 - SPREAD * share);
  // A new policy finds keys that are long overdue.
  return Math.ceil(Math.max(due, policyAtMs + everyMs * SPREAD * share));
}

/** @returns the step that comes first; null: no key was ever made, or nothing is to be done before somebody acts */
export function nextStep(rotation: Rotation, nowMs: number): NextStep | null {
  const steps = stepsOf(rotation, nowMs);
  const place = ({ step }: NextStep): number => ROTATION_STEPS.indexOf(step);
  const [first] = steps.toSorted((one, other) => one.atMs - other.atMs || place(one) - place(other));
  return first ?? null;
}

/** @returns the step to take now; null: none is due. Of several that are due, the one that callers need most. */
export function dueStep(rotation: Rotation, nowMs: number): NextStep | null {
  const due = stepsOf(rotation, nowMs).filter(({ atMs }) => atMs <= nowMs);
  return ROTATION_STEPS.flatMap((step) => due.filter((each) => each.step === step))[0] ?? null;
}

function stepsOf(rotation: Rotation, nowMs: number): NextStep[] {
  const { keys } = rotation;
  const active = keys.find(({ state }) => state === 'ACTIVE');
  // The first key of all is made by a person, who gives its URL to NHS England.
  const wasUsed = keys.some(({ activatedAtMs }) => activatedAtMs !== null);
  if (!wasUsed) return [];
  const standby = keys.find(({ state }) => state === 'PENDING' || state === 'PUBLISHED');
  return [
    ...(standby === undefined
      ? [{ step: 'create' as const, kid: null, atMs: active?.activatedAtMs ?? 0 }]
      : [standbyStep(rotation, standby, active ?? null, nowMs)]),
    ...keys.flatMap((key) => endStep(key)),
  ];
}

function standbyStep(
  rotation: Rotation,
  standby: RotatingKey,
  active: RotatingKey | null,
  nowMs: number,
): NextStep {
  const { kid, publishedAtMs, confirmedAtMs, provenAtMs, createdAtMs } = standby;
  if (publishedAtMs === null) return { step: 'publish', kid, atMs: createdAtMs };
  if (confirmedAtMs === null) return { step: 'confirm', kid, atMs: publishedAtMs };
  // A replica or proxy that is behind may answer with the JWKS of before until the URL is seen to be current.
  const earliestMs = activatableAtMs(confirmedAtMs, true);
  // Without a key that signs, nothing is waited for that need not be.
  const dueMs = active === null ? 0 : rotationDueMs(rotation, active.activatedAtMs ?? 0);
  const atMs = Math.max(earliestMs, dueMs);
  const isProven = provenAtMs !== null && provenAtMs >= atMs && nowMs - provenAtMs <= PROOF_LIFE_MS;
  if (!isProven) return { step: 'prove', kid, atMs };
  return { step: 'activate', kid, atMs: provenAtMs };
}

function endStep({ kid, state, retiredAtMs, removedAtMs, disabledAtMs }: RotatingKey): NextStep[] {
  if (state === 'RETIRING' && retiredAtMs !== null)
    return [{ step: 'remove', kid, atMs: retiredAtMs + Math.max(ROLLBACK_MS, RETIREMENT_S * 1000) }];
  if (state === 'REMOVED' && removedAtMs !== null && disabledAtMs === null)
    return [{ step: 'disable', kid, atMs: removedAtMs }];
  return [];
}

/** Whether a policy may activate this key now. Decided on the rows that are read in the transaction of the activation. */
export function mayActivate(rotation: Rotation, kid: string, nowMs: number): boolean {
  const due = dueStep(rotation, nowMs);
  return due?.step === 'activate' && due.kid === kid;
}

/** A share from 0 to 1, the same each time for an owner and evenly spread over many (FNV-1a). */
function shareOf(ownerId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < ownerId.length; at += 1)
    hash = Math.imul(hash ^ ownerId.charCodeAt(at), 0x01000193) >>> 0;
  return hash / 0x1_0000_0000;
}

const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;
/** API Management still has a copy of the JWKS without the key, which only time changes. */
const NOT_SEEN_PAUSE_MS = 10 * MINUTE_MS;

/** How long to wait before a step that failed is tried again. @param failures in a row, this one included */
export function pauseAfterFailureMs(step: RotationStep, failures: number): number {
  const pauseMs = Math.min(MINUTE_MS * 2 ** Math.min(failures - 1, 10), LONGEST_PAUSE_MS);
  return step === 'prove' ? Math.max(pauseMs, NOT_SEEN_PAUSE_MS) : pauseMs;
}

/** A rotation that needs a person: the alarm `GatehouseKeyRotationStuck`. */
export const STUCK_AFTER_FAILURES = 3;
