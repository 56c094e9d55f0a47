/** Writes signing keys and their states, for people and for policies alike. */
import type { RegistryTransaction } from '@gatehouse/db/client';
import type { SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { standbyFor } from '@gatehouse/domain/rotation/key-emergency';
import type { CreatedSigningKey } from '../kms/key-service.js';

export interface OwnerOfKey {
  readonly kind: 'application' | 'cis2-client';
  readonly id: string;
  readonly environment: string;
}

/** The column of a key that names its owner. */
export function ownerColumn({ kind, id }: Pick<OwnerOfKey, 'kind' | 'id'>) {
  return kind === 'application' ? { applicationId: id } : { cis2ClientId: id };
}

/** Records a key that KMS has just created, as PENDING. @returns its kid */
export async function addKey(
  transaction: RegistryTransaction,
  owner: OwnerOfKey,
  created: CreatedSigningKey,
  at: Date,
): Promise<string> {
  const day = at.toISOString().slice(0, 10).replaceAll('-', '');
  const kid = `${owner.environment}-${day}-${created.thumbprint.slice(0, 12)}`;
  const { kty, n, e } = created.publicJwk;
  await transaction.signingKey.create({
    data: {
      ...ownerColumn(owner),
      kid,
      kmsKeyArn: created.arn,
      publicJwk: { kty, n, e },
      thumbprint: created.thumbprint,
      state: 'PENDING',
      createdAt: at,
    },
  });
  return kid;
}

/** @throws if the key is no longer in the state `from`: somebody else has moved it */
export async function setKeyState(
  transaction: RegistryTransaction,
  { kid, state: from }: { readonly kid: string; readonly state: string },
  state: SigningKeyState,
  at: Date,
): Promise<void> {
  const times: Record<SigningKeyState, object> = {
    PENDING: {},
    PUBLISHED: { publishedAt: at },
    ACTIVE: { activatedAt: at, retiredAt: null },
    RETIRING: { retiredAt: at },
    REMOVED: { removedAt: at },
  };
  await transaction.signingKey.update({ where: { kid, state: from }, data: { state, ...times[state] } });
}

export interface OwnedKey {
  readonly kid: string;
  readonly applicationId: string | null;
  readonly cis2ClientId: string | null;
}

/** The key of the same owner that may sign at once in place of this one; null: none can yet. */
export async function readStandby(
  db: Pick<RegistryTransaction, 'signingKey'>,
  { kid, applicationId, cis2ClientId }: OwnedKey,
  nowMs: number,
) {
  const rows = await db.signingKey.findMany({ where: { applicationId, cis2ClientId } });
  const keys = rows.map((key) => ({
    ...{ kid: key.kid, state: key.state as SigningKeyState, createdAtMs: key.createdAt.getTime() },
    ...{ publishedAtMs: msOf(key.publishedAt), confirmedAtMs: msOf(key.confirmedAt) },
    ...{ provenAtMs: msOf(key.provenAt), activatedAtMs: msOf(key.activatedAt) },
    ...{ retiredAtMs: msOf(key.retiredAt), removedAtMs: msOf(key.removedAt) },
    disabledAtMs: msOf(key.disabledAt),
  }));
  return standbyFor(keys, kid, nowMs);
}

const msOf = (time: Date | null): number | null => time?.getTime() ?? null;
