import { activatableAtMs, RETIREMENT_S, type SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { instantOf } from '../http/paging.js';
import { jwksUrlOf } from '../registry/applications.store.js';
import { type KeyOwner, ownerOf } from './key-owner.js';

export type KeyRow = Parameters<typeof ownerOf>[0] & {
  readonly state: string;
  readonly kmsKeyArn: string;
  readonly thumbprint: string;
  readonly publishedAt: Date | null;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  readonly deletesAt: Date | null;
};

/** The moment before which a step is refused (epoch ms); null if it needs no wait. */
export function allowedFromMs(
  row: Omit<KeyRow, 'application' | 'cis2Client'>,
  { signingKeys }: Pick<KeyOwner, 'signingKeys'>,
  to: SigningKeyState,
): number | null {
  const { publishedAt, retiredAt } = row;
  if (to === 'ACTIVE' && publishedAt !== null) {
    const earlierKeyPublished = signingKeys.some(
      (other) => other.kid !== row.kid && other.publishedAt !== null && other.publishedAt <= publishedAt,
    );
    return activatableAtMs(publishedAt.getTime(), earlierKeyPublished);
  }
  if (to === 'REMOVED' && row.state === 'RETIRING' && retiredAt !== null) {
    return retiredAt.getTime() + RETIREMENT_S * 1000;
  }
  return null;
}

const USUAL_NEXT: Partial<Record<string, SigningKeyState>> = { PUBLISHED: 'ACTIVE', RETIRING: 'REMOVED' };

export function keyView(row: KeyRow, publicUrl: string) {
  const owner = ownerOf(row);
  const next = USUAL_NEXT[row.state];
  const fromMs = next === undefined ? null : allowedFromMs(row, owner, next);
  return {
    kid: row.kid,
    owner: { kind: owner.kind, id: owner.id, name: owner.name },
    environment: owner.environment,
    state: row.state as SigningKeyState,
    kmsKeyArn: row.kmsKeyArn,
    thumbprint: row.thumbprint,
    jwksUrl: jwksUrlOf(publicUrl, owner),
    publishedAt: instantOf(row.publishedAt),
    activatedAt: instantOf(row.activatedAt),
    deletesAt: instantOf(row.deletesAt),
    nextStepAt: fromMs === null ? null : new Date(fromMs).toISOString(),
  };
}
