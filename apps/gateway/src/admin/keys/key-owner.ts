/** Whose key a signing key is: an application's, or a CIS2 client's. */
import type { ApplicationRows } from '../registry/applications.store.js';
import { keyOfRows } from '../registry/applications.store.js';

interface KeyTimes {
  readonly kid: string;
  readonly state: string;
  readonly publishedAt: Date | null;
}

export interface KeyOwner {
  readonly kind: 'application' | 'cis2-client';
  readonly id: string;
  /** As people name it. */
  readonly name: string;
  readonly environment: string;
  /** Empty: of no organisation, so that only somebody whose role has no limit may change its keys. */
  readonly odsCodes: readonly string[];
  readonly jwksId: string;
  readonly state: string;
  readonly signingKeys: readonly KeyTimes[];
}

/** What is read with a signing key. */
export const WITH_OWNER = {
  application: { include: { bindings: true, signingKeys: true } },
  cis2Client: { include: { signingKeys: true } },
} as const;

type ApplicationOwner = Parameters<typeof keyOfRows>[0] &
  Pick<ApplicationRows, 'id' | 'jwksId' | 'state'> & { readonly signingKeys: readonly KeyTimes[] };

export interface Cis2ClientOwner {
  readonly id: string;
  readonly environmentName: string;
  readonly productName: string;
  readonly jwksId: string;
  readonly state: string;
  readonly signingKeys: readonly KeyTimes[];
}

export function applicationOwner(row: ApplicationOwner): KeyOwner {
  const { id, environmentName, bindings, jwksId, state, signingKeys } = row;
  const odsCodes = bindings.map(({ odsCode }) => odsCode);
  const own = { id, environment: environmentName, odsCodes, jwksId, state, signingKeys };
  return { kind: 'application', name: keyOfRows(row), ...own };
}

export function cis2ClientOwner(row: Cis2ClientOwner): KeyOwner {
  const { id, environmentName, productName, jwksId, state, signingKeys } = row;
  const own = { id, environment: environmentName, odsCodes: [], jwksId, state, signingKeys };
  return { kind: 'cis2-client', name: `CIS2 client of ${productName} in ${environmentName}`, ...own };
}

/** The database lets no key be without an owner. */
export function ownerOf(row: {
  readonly kid: string;
  readonly application: ApplicationOwner | null;
  readonly cis2Client: Cis2ClientOwner | null;
}): KeyOwner {
  if (row.application !== null) return applicationOwner(row.application);
  if (row.cis2Client !== null) return cis2ClientOwner(row.cis2Client);
  throw new Error(`signing key ${row.kid} has no owner`);
}
