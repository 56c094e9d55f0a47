import { activatableAtMs, RETIREMENT_S, type SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { instantOf } from '../http/paging.js';
import { jwksUrlOf, keyOfRows } from '../registry/applications.store.js';

interface KeyTimes {
  readonly kid: string;
  readonly publishedAt: Date | null;
}

export interface KeyRow extends KeyTimes {
  readonly applicationId: string;
  readonly state: string;
  readonly kmsKeyArn: string;
  readonly thumbprint: string;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  readonly application: Parameters<typeof keyOfRows>[0] &
    Parameters<typeof jwksUrlOf>[1] & { readonly signingKeys: readonly KeyTimes[] };
}

/** The moment before which a step is refused (epoch ms); null if it needs no wait. */
export function allowedFromMs(row: KeyRow, to: SigningKeyState): number | null {
  const { publishedAt, retiredAt } = row;
  if (to === 'ACTIVE' && publishedAt !== null) {
    const earlierKeyPublished = row.application.signingKeys.some(
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
  const next = USUAL_NEXT[row.state];
  const fromMs = next === undefined ? null : allowedFromMs(row, next);
  return {
    kid: row.kid,
    applicationId: row.applicationId,
    application: keyOfRows(row.application),
    state: row.state as SigningKeyState,
    kmsKeyArn: row.kmsKeyArn,
    thumbprint: row.thumbprint,
    jwksUrl: jwksUrlOf(publicUrl, row.application),
    publishedAt: instantOf(row.publishedAt),
    activatedAt: instantOf(row.activatedAt),
    nextStepAt: fromMs === null ? null : new Date(fromMs).toISOString(),
  };
}
