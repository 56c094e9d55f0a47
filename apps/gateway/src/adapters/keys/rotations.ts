/**
 * The rotations under way, read from rows. A run takes a step only while it has the claim of the owner, and every effect on
 * the registry is decided again in its transaction; so of two workers, or of a worker and a person, one wins.
 */
import { randomUUID } from 'node:crypto';
import { type Database, Prisma, type Queries } from '@gatehouse/db/client';
import {
  pauseAfterFailureMs,
  type RotatingKey,
  type Rotation,
  type RotationStep,
} from '@gatehouse/domain/rotation/rotation';
import type { OwnerOfKey } from './key-rows.js';

/** An application or CIS2 client whose keys rotate under a policy. */
export interface OwnerRotation extends Rotation, OwnerOfKey {
  readonly product: string;
  readonly jwksId: string;
  readonly odsCodes: readonly string[];
  /** Of an application with several organisations: the strictest of their policies. */
  readonly policyId: string;
  /** Who set the policy, and who approved it. */
  readonly policyBy: string;
  readonly failures: number;
  /** Of the last failure; null: the last step worked. */
  readonly step: string | null;
  readonly cause: string | null;
  readonly failingSinceMs: number | null;
  /** The earliest time of the next attempt; 0: nothing is waited for. */
  readonly notBeforeMs: number;
  readonly claimedUntilMs: number;
  /** The tag of a KMS key that was begun and never recorded. */
  readonly creation: string | null;
}

const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** The approval under which the steps run. */
export function policyText({ policyId, everyDays, policyBy, policyAtMs }: OwnerRotation): string {
  return `Under rotation policy ${policyId} (every ${everyDays} days), set by ${policyBy} on ${day(policyAtMs)}`;
}

/** Longer than a step may take. */
export const CLAIM_MS = 180_000;

interface Row {
  readonly ownerId: string;
  readonly kind: OwnerOfKey['kind'];
  readonly environment: string;
  readonly product: string;
  readonly jwksId: string;
  readonly odsCodes: string[];
  readonly everyDays: number;
  readonly policyId: string;
  readonly policyBy: string;
  readonly policyAt: Date;
  readonly failures: number | null;
  readonly step: string | null;
  readonly cause: string | null;
  readonly failingSince: Date | null;
  readonly notBefore: Date | null;
  readonly claimedUntil: Date | null;
  readonly creation: string | null;
  readonly keys: readonly RotatingKey[];
}

/**
 * Not of an application all of whose organisations are suspended or retired: nothing is sent in their name, a canary
 * neither. What they miss is caught up once they are active again.
 * @param ownerId null: of all owners
 */
export async function readRotations(
  db: Pick<Queries, '$queryRaw'>,
  ownerId: string | null = null,
): Promise<OwnerRotation[]> {
  const rows = await db.$queryRaw<Row[]>`
    WITH owner AS (
      SELECT a.id, 'application' AS kind, a.environment, a.product, a.jwks_id,
        array_agg(b.ods_code ORDER BY b.ods_code) AS ods_codes,
        (array_agg(p.id ORDER BY p.every_days, p.id))[1] AS policy_id,
        bool_and(p.id IS NOT NULL) AS has_policy
      FROM application a JOIN binding b ON b.application_id = a.id
      LEFT JOIN rotation_policy p
        ON p.ods_code = b.ods_code AND p.product = a.product AND p.environment = a.environment
      JOIN organisation o ON o.ods_code = b.ods_code
      WHERE a.state = 'live' AND a.api_key IS NOT NULL ${only('a.id', ownerId)}
      GROUP BY a.id
      HAVING bool_or(o.state = 'active')
      UNION ALL
      SELECT c.id, 'cis2-client', c.environment, c.product, c.jwks_id, '{}'::text[], p.id, true
      FROM cis2_client c JOIN rotation_policy p
        ON p.ods_code IS NULL AND p.product = c.product AND p.environment = c.environment
      WHERE c.state = 'active' AND c.auth = 'private_key_jwt' ${only('c.id', ownerId)}
    )
    SELECT owner.id AS "ownerId", owner.kind, owner.environment, owner.product, owner.jwks_id AS "jwksId", ods_codes AS "odsCodes",
      policy.every_days AS "everyDays", policy.id AS "policyId", set.actor AS "policyBy", set.at AS "policyAt",
      r.failures, r.step, r.cause, r.failing_since AS "failingSince", r.not_before AS "notBefore",
      r.claimed_until AS "claimedUntil", r.creation,
      coalesce((
        SELECT json_agg(json_build_object(
          'kid', k.kid, 'state', k.state, 'createdAtMs', ${msOf('created_at')},
          'publishedAtMs', ${msOf('published_at')}, 'confirmedAtMs', ${msOf('confirmed_at')},
          'provenAtMs', ${msOf('proven_at')}, 'activatedAtMs', ${msOf('activated_at')},
          'retiredAtMs', ${msOf('retired_at')}, 'removedAtMs', ${msOf('removed_at')},
          'disabledAtMs', ${msOf('disabled_at')}
        ) ORDER BY k.created_at, k.kid)
        FROM signing_key k
        WHERE owner.id IN (k.application_id, k.cis2_client_id)
      ), '[]') AS keys
    FROM owner
    JOIN rotation_policy policy ON policy.id = owner.policy_id
    JOIN LATERAL (
      SELECT actor, at FROM registry_change
      WHERE table_name = 'rotation_policy' AND row_key = policy.id::text ORDER BY n DESC LIMIT 1
    ) AS set ON true
    LEFT JOIN key_rotation r ON r.owner_id = owner.id
    WHERE owner.has_policy
    ORDER BY owner.id`;
  return rows.map(rotationOf);
}

const only = (column: string, ownerId: string | null): Prisma.Sql =>
  ownerId === null ? Prisma.empty : Prisma.sql`AND ${Prisma.raw(column)} = ${ownerId}::uuid`;

const msOf = (column: string): Prisma.Sql =>
  Prisma.raw(`floor(extract(epoch FROM k.${column}) * 1000)::bigint`);

function rotationOf(row: Row): OwnerRotation {
  const { ownerId, policyAt, failures, failingSince, notBefore, claimedUntil, ...rest } = row;
  return {
    ...rest,
    ...{ id: ownerId, ownerId, policyAtMs: policyAt.getTime(), failures: failures ?? 0 },
    failingSinceMs: failingSince?.getTime() ?? null,
    notBeforeMs: notBefore?.getTime() ?? 0,
    claimedUntilMs: claimedUntil?.getTime() ?? 0,
  };
}

/** What a run that died may have left: a key in KMS, or a step that the audit trail does not have. */
export interface LeftOver {
  readonly ownerId: string;
  readonly environment: string;
  /** The tag of the key; null: only a step is to be recorded. */
  readonly creation: string | null;
  readonly claimedUntilMs: number;
}

/** Of all owners, or of one, whether or not their keys rotate any more. */
export async function readLeftOver(
  db: Pick<Queries, '$queryRaw'>,
  ownerId: string | null = null,
): Promise<LeftOver[]> {
  const rows = await db.$queryRaw<
    (Omit<LeftOver, 'claimedUntilMs'> & { readonly claimedUntil: Date | null })[]
  >`
    SELECT r.owner_id AS "ownerId", owner.environment, r.creation, r.claimed_until AS "claimedUntil"
    FROM key_rotation r JOIN (
      SELECT id, environment FROM application UNION ALL SELECT id, environment FROM cis2_client
    ) AS owner ON owner.id = r.owner_id
    WHERE (r.creation IS NOT NULL OR r.unrecorded IS NOT NULL) ${only('r.owner_id', ownerId)}`;
  return rows.map(({ claimedUntil, ...left }) => ({ ...left, claimedUntilMs: claimedUntil?.getTime() ?? 0 }));
}

type ProgressRows = Pick<Database, '$queryRaw' | 'keyRotation'>;

/** Gives one of several runs the right to take the next step. @returns the claim; null: another run has it */
export async function claimRotation(
  db: ProgressRows,
  ownerId: string,
  nowMs: number,
): Promise<string | null> {
  const claim = randomUUID();
  const [now, until] = [new Date(nowMs), new Date(nowMs + CLAIM_MS)];
  const rows = await db.$queryRaw<{ claim: string }[]>`
    INSERT INTO key_rotation AS r (owner_id, claim, claimed_until)
    VALUES (${ownerId}::uuid, ${claim}::uuid, ${until})
    ON CONFLICT (owner_id) DO UPDATE SET claim = excluded.claim, claimed_until = excluded.claimed_until
      WHERE r.claimed_until IS NULL OR r.claimed_until <= ${now}
    RETURNING claim`;
  return rows[0]?.claim ?? null;
}

const WORKED = { step: null, cause: null, failures: 0, failingSince: null, notBefore: null };

/** The step was taken and recorded. */
export async function releaseRotation(db: ProgressRows, ownerId: string, claim: string): Promise<void> {
  await db.keyRotation.updateMany({
    where: { ownerId, claim },
    data: { claim: null, claimedUntil: null, ...WORKED },
  });
}

/** The step failed, and is tried again after a pause. */
export async function noteFailure(
  db: ProgressRows,
  { ownerId, failures, failingSinceMs }: OwnerRotation,
  { claim, step, cause, nowMs }: { claim: string; step: RotationStep; cause: string; nowMs: number },
): Promise<void> {
  const count = failures + 1;
  await db.keyRotation.updateMany({
    where: { ownerId, claim },
    data: {
      ...{ claim: null, claimedUntil: null, step, cause, failures: count },
      failingSince: new Date(failingSinceMs ?? nowMs),
      notBefore: new Date(nowMs + pauseAfterFailureMs(step, count)),
    },
  });
}

/** The tag under which the next KMS key of an owner is created. Kept before KMS is called. */
export async function beginCreation(db: ProgressRows, ownerId: string, claim: string): Promise<string> {
  const creation = randomUUID();
  const { count } = await db.keyRotation.updateMany({ where: { ownerId, claim }, data: { creation } });
  if (count === 0) throw new Error('another run has taken over');
  return creation;
}

/** Every KMS key with the tag of a creation is recorded or disabled. */
export async function endCreation(db: ProgressRows, ownerId: string, claim: string): Promise<void> {
  await db.keyRotation.updateMany({ where: { ownerId, claim }, data: { creation: null } });
}

export async function arnOfKey(db: Pick<Queries, 'signingKey'>, kid: string): Promise<string> {
  return (await db.signingKey.findUniqueOrThrow({ where: { kid } })).kmsKeyArn;
}

/** Of every signing key that the registry has. */
export async function knownKeyArns(db: Pick<Queries, 'signingKey'>): Promise<ReadonlySet<string>> {
  const rows = await db.signingKey.findMany({ select: { kmsKeyArn: true } });
  return new Set(rows.map(({ kmsKeyArn }) => kmsKeyArn));
}
