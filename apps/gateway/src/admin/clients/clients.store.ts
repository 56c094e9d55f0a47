import type { Database, Prisma } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { mintClientKey, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import { shownRecord } from '@gatehouse/domain/registry/records/record-fields';
import { CLIENT_ROWS, clientRecord } from '../../adapters/registry/client-rows.js';
import { hashSecret } from '../../adapters/people/secret-hash.js';
import { instantOf, type Paging, pageOf } from '../http/paging.js';
import { within } from '../http/principal.js';
import { conflict, notFound } from '../http/problem.js';
import { type Change, changing } from '../http/transaction.store.js';

/** A key and its successor: more would make it unclear which of them is in use. */
const USABLE_KEYS = 2;

export const WHOLE_CLIENT = { ...CLIENT_ROWS, credentials: { orderBy: { createdAt: 'asc' } } } as const;

interface CredentialRow {
  readonly keyId: string;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewKey {
  readonly label: string | null;
  readonly expiresAtMs: number;
}

/** Issues an opaque key; the answer holds the only copy of it there will ever be. */
export async function issueKey(
  db: Database,
  change: Change,
  client: { readonly environment: string; readonly name: string; readonly reach: Reach },
  key: NewKey,
  randomBytes: RandomBytes,
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    const { environment: environmentName, name } = client;
    const found = await transaction.client.findUnique({
      where: { environmentName_name: { environmentName, name } },
      include: { grants: true },
    });
    const what = `client ${name} in ${environmentName}`;
    if (found === null) throw notFound(what);
    within(client.reach, organisationsOf(found), what);
    if (found.state === 'retired') throw conflict(`Client ${name} is retired.`);
    const usable = await transaction.clientCredential.findMany({
      where: { clientId: found.id, revokedAt: null, expiresAt: { gt: new Date(nowMs) } },
      orderBy: { createdAt: 'asc' },
    });
    if (usable.length >= USABLE_KEYS) {
      const ids = usable.map(({ keyId }) => keyId).join(' and ');
      throw conflict(`Client ${name} has two usable keys, ${ids}: revoke the one no longer in use first.`);
    }
    const minted = mintClientKey(environmentName, randomBytes);
    const expiresAt = new Date(key.expiresAtMs);
    await transaction.clientCredential.create({
      data: {
        keyId: minted.id,
        clientId: found.id,
        label: key.label,
        secretHash: hashSecret(minted.key),
        createdAt: new Date(nowMs),
        createdBy: change.actor,
        expiresAt,
      },
    });
    return { keyId: minted.id, key: minted.key, expiresAt: expiresAt.toISOString() };
  });
}

/** Revoking twice changes nothing the second time. */
export async function revokeKey(db: Database, change: Change, keyId: string, nowMs: number, reach: Reach) {
  return changing(db, change, async (transaction) => {
    const found = await transaction.clientCredential.findUnique({
      where: { keyId },
      include: { client: { include: { grants: true } } },
    });
    if (found === null) throw notFound(`client key ${keyId}`);
    within(reach, organisationsOf(found.client), `client key ${keyId}`);
    if (found.revokedAt !== null) return keyView(found, nowMs);
    const data = { revokedAt: new Date(nowMs) };
    return keyView(await transaction.clientCredential.update({ where: { keyId }, data }), nowMs);
  });
}

export async function listClients(
  db: Database,
  {
    limit,
    after,
    environment,
    organisation,
  }: Paging & { readonly environment?: string | undefined; readonly organisation?: string | undefined },
  nowMs: number,
  reach: Reach,
) {
  const rows = await db.client.findMany({
    where: {
      ...(reach === 'all' ? {} : { grants: { some: {}, every: { odsCode: { in: [...reach] } } } }),
      ...(environment === undefined ? {} : { environmentName: environment }),
      ...(organisation === undefined ? {} : { AND: { grants: { some: { odsCode: organisation } } } }),
      ...(after === undefined ? {} : afterClient(after)),
    },
    include: WHOLE_CLIENT,
    orderBy: [{ environmentName: 'asc' }, { name: 'asc' }],
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    (row) => `${row.environmentName}/${row.name}`,
    (row) => clientView(row, nowMs),
  );
}

type ClientRows = Prisma.ClientGetPayload<{ include: typeof WHOLE_CLIENT }>;

export function clientView(row: ClientRows, nowMs: number) {
  return {
    ...shownRecord(CLIENT_FIELDS, clientRecord(row)),
    keys: row.credentials.map((credential) => keyView(credential, nowMs)),
  };
}

export const organisationsOf = ({ grants }: { readonly grants: readonly { readonly odsCode: string }[] }) =>
  grants.map(({ odsCode }) => odsCode);

function afterClient(after: string) {
  const [environment = '', name = ''] = after.split('/', 2);
  return {
    OR: [{ environmentName: { gt: environment } }, { environmentName: environment, name: { gt: name } }],
  };
}

type ClientKeyState = 'usable' | 'expired' | 'revoked';

function keyView(row: CredentialRow, nowMs: number) {
  const { keyId, label, createdAt, expiresAt, revokedAt } = row;
  const state: ClientKeyState =
    revokedAt !== null ? 'revoked' : expiresAt.getTime() <= nowMs ? 'expired' : 'usable';
  return {
    keyId,
    label,
    state,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: instantOf(revokedAt),
  };
}
