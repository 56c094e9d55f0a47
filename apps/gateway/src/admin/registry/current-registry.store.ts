import { createHash } from 'node:crypto';
import {
  clientKey,
  type ApplicationRecord,
  type ClientRecord,
  type CurrentRegistry,
  type Document,
  type DocumentApplication,
} from '@gatehouse/domain/registry/registry-document';
import type { Database } from '@gatehouse/db/client';
import { workloadOf } from '../clients/clients.store.js';
import type { AdminDeps } from '../deps.js';
import type { Transaction } from '../http/transaction.store.js';

const PART = 2_000;

/** Kept beside a sealed API secret: tells whether a secret given again is the same. */
export function digestSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What the document names, and whatever could collide with it: not the whole registry, which may be large. */
export async function loadCurrent(
  db: Database | Transaction,
  deps: Pick<AdminDeps, 'environments' | 'interactions'>,
  document: Document,
): Promise<CurrentRegistry> {
  const odsCodes = unique([
    ...document.organisations.map(({ odsCode }) => odsCode),
    ...document.applications.flatMap((entry) => organisationsOf(entry)),
    ...document.clients.flatMap(({ grants = [] }) => grants.map((grant) => grant.organisation)),
  ]);
  const [organisations, products, messageSets, applications, clients] = [
    await inParts(odsCodes, (part) => db.organisation.findMany({ where: { odsCode: { in: part } } })),
    await db.product.findMany(),
    await db.messageSet.findMany(),
    await loadApplications(db, document),
    await loadClients(db, document),
  ];
  return {
    environments: new Map([...deps.environments].map(([name, { kind }]) => [name, kind])),
    interactions: deps.interactions,
    organisations: new Map(
      organisations.map(({ odsCode, name, state }) => [odsCode, { odsCode, name, state: state as 'active' }]),
    ),
    products: new Map(products.map(({ name, state }) => [name, { name, state: state as 'active' }])),
    messageSets: new Map(messageSets.map(({ name, interactions }) => [name, { name, interactions }])),
    applications,
    clients: new Map(clients.map((client) => [clientKey(client), client])),
  };
}

async function loadApplications(
  db: Database | Transaction,
  { applications: entries }: Document,
): Promise<ApplicationRecord[]> {
  const rows = await inParts(entries, (part) =>
    db.application.findMany({
      where: {
        OR: [
          { bindings: { some: { odsCode: { in: unique(part.flatMap(organisationsOf)) } } } },
          { asid: { in: unique(part.map(({ asid }) => asid)) } },
          { apiKey: { in: unique(part.map(({ apiKey }) => apiKey)) } },
          { apimApplicationId: { in: unique(part.map(({ apimApplicationId }) => apimApplicationId)) } },
        ],
      },
      include: {
        bindings: { orderBy: { odsCode: 'asc' } },
        messageSets: { orderBy: { messageSetName: 'asc' } },
      },
    }),
  );
  const once = new Map(rows.map((row) => [row.id, row]));
  return [...once.values()].map((row): ApplicationRecord => ({
    id: row.id,
    organisations: row.bindings.map(({ odsCode }) => odsCode),
    product: row.productName,
    environment: row.environmentName,
    accessMode: row.accessMode as ApplicationRecord['accessMode'],
    capability: row.capability as ApplicationRecord['capability'],
    asid: row.asid,
    asidSharedWith: row.asidSharedWith,
    apiKey: row.apiKey,
    apiSecretDigest: row.apiSecretDigest,
    newApiSecret: null,
    apimApplicationId: row.apimApplicationId,
    cis2: row.cis2 as ApplicationRecord['cis2'],
    messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
    state: row.state as ApplicationRecord['state'],
  }));
}

async function loadClients(
  db: Database | Transaction,
  { clients: entries }: Document,
): Promise<ClientRecord[]> {
  const names = unique(entries.map(({ name }) => name));
  const rows = await inParts(names, (part) =>
    db.client.findMany({ where: { name: { in: part } }, include: { grants: true } }),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    environment: row.environmentName,
    grants: row.grants.map(({ odsCode, productName, accessMode, capability }) => ({
      organisation: odsCode,
      product: productName,
      accessMode: accessMode as 'application-restricted',
      capability: capability as 'provider' | null,
    })),
    returnTargets: row.returnTargets,
    workload: workloadOf(row),
    state: row.state as 'active',
  }));
}

function organisationsOf({
  organisations,
  organisation,
}: DocumentApplication): readonly (string | undefined)[] {
  return organisations ?? [organisation];
}

/** A statement takes 32,767 values; a large file has more. */
async function inParts<T, R>(items: readonly T[], load: (part: T[]) => Promise<R[]>): Promise<R[]> {
  const found: R[] = [];
  for (let at = 0; at < items.length; at += PART) found.push(...(await load(items.slice(at, at + PART))));
  return found;
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
