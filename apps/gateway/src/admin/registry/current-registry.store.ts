import { createHash } from 'node:crypto';
import {
  type ApplicationRecord,
  organisationsOf,
} from '@gatehouse/domain/registry/records/application-fields';
import { cis2ClientKey } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { clientKey, type ClientRecord } from '@gatehouse/domain/registry/records/client-fields';
import type { CurrentRegistry, RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import { APPLICATION_ROWS, applicationRecord } from '../../adapters/registry/application-rows.js';
import { cis2ClientRecord } from '../../adapters/registry/cis2-client-rows.js';
import { CLIENT_ROWS, clientRecord } from '../../adapters/registry/client-rows.js';
import { messageSetRecord, organisationRecord, productRecord } from '../../adapters/registry/named-rows.js';
import type { Environments } from '../injected.js';
import type { Queries } from '../http/transactions.js';

const PART = 2_000;

/** Kept beside a sealed API secret: tells whether a secret given again is the same. */
export function digestSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What the document names, and whatever could collide with it: not the whole registry, which may be large. */
export async function loadCurrent(
  db: Queries,
  environments: Environments,
  interactions: ReadonlySet<string>,
  document: RegistryDocument,
): Promise<CurrentRegistry> {
  const odsCodes = unique([
    ...document.organisations.map(({ odsCode }) => odsCode),
    ...document.applications.flatMap(organisationsOf),
    ...document.clients.flatMap(({ grants = [] }) => grants.map((grant) => grant.organisation)),
  ]);
  const alike = await organisationsNamedLike(db, document);
  const [organisations, products, messageSets, applications, cis2Clients, clients] = [
    await inParts(unique([...odsCodes, ...alike]), (part) =>
      db.organisation.findMany({ where: { odsCode: { in: part } } }),
    ),
    await db.product.findMany(),
    await db.messageSet.findMany(),
    await loadApplications(db, document),
    await db.cis2Client.findMany(),
    await loadClients(db, document),
  ];
  return {
    environments: new Map([...environments].map(([name, { kind }]) => [name, kind])),
    interactions,
    organisations: new Map(organisations.map((row) => [row.odsCode, organisationRecord(row)])),
    products: new Map(products.map((row) => [row.name, productRecord(row)])),
    messageSets: new Map(messageSets.map((row) => [row.name, messageSetRecord(row)])),
    applications,
    cis2Clients: new Map(cis2Clients.map(cis2ClientRecord).map((record) => [cis2ClientKey(record), record])),
    clients: new Map(clients.map((client) => [clientKey(client), client])),
  };
}

/** Organisations whose name people would take for one in the document. */
async function organisationsNamedLike(db: Queries, { organisations }: RegistryDocument): Promise<string[]> {
  const rows = await inParts(
    organisations.map(({ name }) => name),
    (part) => db.$queryRaw<{ ods_code: string }[]>`
      SELECT ods_code FROM organisation
      WHERE name_key(name) IN (SELECT name_key(name) FROM unnest(${part}::text[]) AS document (name))`,
  );
  return rows.map((row) => row.ods_code);
}

async function loadApplications(
  db: Queries,
  { applications: entries }: RegistryDocument,
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
      include: APPLICATION_ROWS,
    }),
  );
  const once = new Map(rows.map((row) => [row.id, row]));
  return [...once.values()].map(applicationRecord);
}

async function loadClients(db: Queries, { clients: entries }: RegistryDocument): Promise<ClientRecord[]> {
  const names = unique(entries.map(({ name }) => name));
  const rows = await inParts(names, (part) =>
    db.client.findMany({ where: { name: { in: part } }, include: CLIENT_ROWS }),
  );
  return rows.map(clientRecord);
}

/** A statement takes 32,767 values; a large file has more. */
async function inParts<T, R>(items: readonly T[], load: (part: T[]) => Promise<R[]>): Promise<R[]> {
  const loaded: R[] = [];
  for (let at = 0; at < items.length; at += PART) loaded.push(...(await load(items.slice(at, at + PART))));
  return loaded;
}

function unique(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== null))];
}
