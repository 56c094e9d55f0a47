import { applicationName } from '@gatehouse/domain/application-name';
import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/permissions';
import { HIDDEN, maskApiKey } from '@gatehouse/domain/masking';
import type { AccessMode, Capability } from '@gatehouse/domain/registry';
import {
  applicationWhere,
  type ApplicationRows,
  jwksUrlOf,
  ownedWithin,
  WHOLE_APPLICATION,
} from '../applications.store.js';
import { type Paging, pageOf } from '../paging.js';
import { organisationView, WITH_COUNTS } from './organisations.store.js';

export async function listOrganisations(
  db: Database,
  { limit, after, state }: Paging & { readonly state?: string | undefined },
  reach: Reach,
) {
  const rows = await db.organisation.findMany({
    where: {
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { odsCode: { gt: after } }),
      ...(reach === 'all' ? {} : { AND: { odsCode: { in: [...reach] } } }),
    },
    include: WITH_COUNTS,
    orderBy: { odsCode: 'asc' },
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ odsCode }) => odsCode, organisationView);
}

export async function listApplications(
  db: Database,
  filter: Paging & {
    readonly environment?: string | undefined;
    readonly organisation?: string | undefined;
    readonly product?: string | undefined;
    readonly state?: string | undefined;
    readonly asid?: string | undefined;
  },
  publicUrl: string,
  reach: Reach,
) {
  const { limit, after, state, asid, ...choice } = filter;
  const rows = await db.application.findMany({
    where: {
      ...applicationWhere(choice),
      ...(state === undefined ? {} : { state }),
      ...(asid === undefined ? {} : { asid }),
      AND: [...(after === undefined ? [] : [{ id: { gt: after } }]), ownedWithin(reach)],
    },
    include: WHOLE_APPLICATION,
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    ({ id }) => id,
    (row) => applicationView(row, publicUrl),
  );
}

export function applicationView(row: ApplicationRows, publicUrl: string) {
  return {
    id: row.id,
    name: nameOf(row),
    organisations: row.bindings.map(({ odsCode }) => odsCode),
    product: row.productName,
    environment: row.environmentName,
    accessMode: row.accessMode,
    capability: row.capability,
    asid: row.asid,
    asidSharedWith: row.asidSharedWith,
    apiKey: row.apiKey === null ? null : maskApiKey(row.apiKey),
    apiSecret: row.apiSecretSealed === null ? null : HIDDEN,
    apimApplicationId: row.apimApplicationId,
    messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
    state: row.state,
    jwksUrl: jwksUrlOf(publicUrl, row),
    activeKid: row.signingKeys.find(({ state }) => state === 'ACTIVE')?.kid ?? null,
  };
}

/** The name the application should carry in NHS England's portal. */
export function nameOf(
  row: Pick<ApplicationRows, 'bindings' | 'productName' | 'environmentName' | 'accessMode' | 'capability'>,
): string {
  return applicationName({
    organisationName: row.bindings.map(({ organisation }) => organisation.name).join(', '),
    product: row.productName,
    environment: row.environmentName,
    accessMode: row.accessMode as AccessMode,
    capability: row.capability as Capability | null,
  });
}
