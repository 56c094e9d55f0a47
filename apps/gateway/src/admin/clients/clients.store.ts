import type { InputOf } from '@gatehouse/contracts/routes';
import type { Prisma } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { mintClientKey, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import { shownRecord } from '@gatehouse/domain/registry/records/record-fields';
import { Inject, Injectable } from '@nestjs/common';
import { CLIENT_ROWS, clientRecord } from '../../adapters/registry/client-rows.js';
import { hashSecret } from '../../adapters/people/secret-hash.js';
import { requireReach } from '../http/access/principal.js';
import { countedTotal, instantOf, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, RANDOM_BYTES } from '../injected.js';

const DAY_MS = 86_400_000;
/** A key and its successor: with more it would be unclear which of them is in use. */
const USABLE_KEYS = 2;

export const WHOLE_CLIENT = { ...CLIENT_ROWS, credentials: { orderBy: { createdAt: 'asc' } } } as const;

interface CredentialRow {
  readonly keyId: string;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

/** Clients and their keys, of which only hashes are kept. */
@Injectable()
export class ClientsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(RANDOM_BYTES) private readonly randomBytes: RandomBytes,
  ) {}

  async list({ limit, after, sort, order, ...filter }: InputOf<'clientsList'>['query'], reach: Reach) {
    const nowMs = this.now();
    const columns = sort === 'name' ? BY_NAME : BY_ENVIRONMENT;
    const rows = await this.db.client.findMany({
      where: {
        AND: [clientsWhere(filter, reach), after === undefined ? {} : afterClient(after, columns, order)],
      },
      include: WHOLE_CLIENT,
      orderBy: columns.map((column) => ({ [column]: order })),
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      (row) => `${row.environmentName}/${row.name}`,
      (row) => clientView(row, nowMs),
    );
  }

  async total(filter: InputOf<'clientsTotal'>['query'], reach: Reach) {
    const where = clientsWhere(filter, reach);
    return countedTotal((take) => this.db.client.count({ where, take }));
  }

  /** Issues an opaque key; the answer has the only copy of it there will ever be. */
  async issueKey(
    transaction: Transaction,
    change: Change,
    { params, body }: Pick<InputOf<'clientKeyIssue'>, 'params' | 'body'>,
    reach: Reach,
  ) {
    const nowMs = this.now();
    const { environment, client: name } = params;
    const client = await requireClient(transaction, environment, name, reach);
    if (client.state === 'retired') throw conflict(`Client ${name} is retired.`);
    await refuseThirdKey(transaction, client, nowMs);
    const { id: keyId, key } = mintClientKey(environment, this.randomBytes);
    const expiresAt = new Date(nowMs + body.expiresInDays * DAY_MS);
    await transaction.clientCredential.create({
      data: {
        keyId,
        clientId: client.id,
        label: body.label ?? null,
        secretHash: hashSecret(key),
        createdAt: new Date(nowMs),
        createdBy: change.actor,
        expiresAt,
      },
    });
    return { keyId, key, expiresAt: expiresAt.toISOString() };
  }

  /** Revoking twice changes nothing the second time. */
  async revokeKey(transaction: Transaction, keyId: string, reach: Reach) {
    const nowMs = this.now();
    const row = await transaction.clientCredential.findUnique({
      where: { keyId },
      include: { client: { include: { grants: true } } },
    });
    if (row === null) throw notFound(`client key ${keyId}`);
    requireReach(reach, organisationsOf(row.client), `client key ${keyId}`);
    if (row.revokedAt !== null) return keyView(row, nowMs);
    const data = { revokedAt: new Date(nowMs) };
    return keyView(await transaction.clientCredential.update({ where: { keyId }, data }), nowMs);
  }
}

export function clientsWhere({ environment, organisation }: InputOf<'clientsTotal'>['query'], reach: Reach) {
  return {
    ...(reach === 'all' ? {} : { grants: { some: {}, every: { odsCode: { in: [...reach] } } } }),
    ...(environment === undefined ? {} : { environmentName: environment }),
    ...(organisation === undefined ? {} : { AND: { grants: { some: { odsCode: organisation } } } }),
  };
}

async function requireClient(transaction: Transaction, environmentName: string, name: string, reach: Reach) {
  const row = await transaction.client.findUnique({
    where: { environmentName_name: { environmentName, name } },
    include: { grants: true },
  });
  const what = `client ${name} in ${environmentName}`;
  if (row === null) throw notFound(what);
  requireReach(reach, organisationsOf(row), what);
  return row;
}

async function refuseThirdKey(
  transaction: Transaction,
  client: { readonly id: string; readonly name: string },
  nowMs: number,
): Promise<void> {
  const usable = await transaction.clientCredential.findMany({
    where: { clientId: client.id, revokedAt: null, expiresAt: { gt: new Date(nowMs) } },
    orderBy: { createdAt: 'asc' },
  });
  if (usable.length < USABLE_KEYS) return;
  const ids = usable.map(({ keyId }) => keyId).join(' and ');
  throw conflict(
    `Client ${client.name} has two usable keys, ${ids}. Revoke the one that is no longer in use first.`,
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

const BY_ENVIRONMENT = ['environmentName', 'name'] as const;
const BY_NAME = ['name', 'environmentName'] as const;

function afterClient(
  after: string,
  [first, second]: typeof BY_ENVIRONMENT | typeof BY_NAME,
  order: 'asc' | 'desc',
) {
  const [environmentName = '', name = ''] = after.split('/', 2);
  const last = { environmentName, name };
  const beyond = (value: string) => (order === 'asc' ? { gt: value } : { lt: value });
  return {
    // Says no more than the line after it, but lets the index begin there.
    [first]: order === 'asc' ? { gte: last[first] } : { lte: last[first] },
    OR: [{ [first]: beyond(last[first]) }, { [first]: last[first], [second]: beyond(last[second]) }],
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
