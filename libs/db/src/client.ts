import { PrismaClient, type Prisma } from './generated/client.js';
import { SequentialPrismaPg } from './one-query-at-a-time.js';

export { Prisma } from './generated/client.js';
export type Database = PrismaClient;
declare const underWay: unique symbol;

/** What reads and writes rows: the database itself, or a transaction under way. */
export type Queries = Prisma.TransactionClient;
/**
 * The transaction of a change of the registry. The database does not pass for one, and a transaction opens no other:
 * what must run inside says so by its parameter, and nesting does not compile.
 */
export type RegistryTransaction = Queries & { readonly [underWay]: true };

export interface PrismaOptions {
  readonly maxConnections?: number;
  readonly applicationName?: string;
  /** A connection that broke while idle; the next query takes another. */
  readonly onError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** A Prisma client on `pg` connections of its own. Call `$disconnect()` when done. */
export function createPrisma(databaseUrl: string, options: PrismaOptions = {}): PrismaClient {
  const onError = (error: Error) => options.onError?.(error);
  const adapter = new SequentialPrismaPg(
    {
      connectionString: databaseUrl,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: options.applicationName ?? 'gatehouse',
    },
    { onPoolError: onError, onConnectionError: onError },
  );
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}

/** A person, as the identity provider knows them. Names and addresses can change; this can't. */
export interface PersonId {
  readonly issuer: string;
  readonly subject: string;
}

/** Who changes the registry, why and from where; all are kept in registry_change. */
export interface Change {
  readonly actor: string;
  /** Every person that `actor` names; none for a service or a program. */
  readonly people?: readonly PersonId[] | undefined;
  readonly origin?: string | undefined;
  readonly reason?: string | undefined;
}

/** Taken before anything is read, so that what a change decides on is still true when it writes. */
const REGISTRY_LOCK = 4_281_953n;

/**
 * Runs `work` in one transaction, which is one version of the registry. Writers take turns, so keep it short.
 * @returns what `work` returned and the registry's version after it
 * @throws what `work` throws; then nothing is changed
 */
export async function changeRegistry<T>(
  prisma: PrismaClient,
  { actor, people = [], reason, origin }: Change,
  work: (transaction: RegistryTransaction) => Promise<T>,
  options: { readonly timeoutMs?: number } = {},
): Promise<{ readonly value: T; readonly version: number }> {
  return prisma.$transaction(
    async (transaction) => {
      await transaction.$executeRaw`
        SELECT set_config('gatehouse.actor', ${actor}, true), set_config('gatehouse.reason', ${reason ?? ''}, true),
          set_config('gatehouse.origin', ${origin ?? ''}, true),
          set_config('gatehouse.people', ${peopleText(people)}, true)`;
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${REGISTRY_LOCK})`;
      const value = await work(transaction as RegistryTransaction);
      const head = await transaction.registryHead.findUniqueOrThrow({ where: { id: 1 } });
      return { value, version: Number(head.version) };
    },
    { timeout: options.timeoutMs ?? 30_000, maxWait: 10_000 },
  );
}

function peopleText(people: readonly PersonId[]): string {
  return JSON.stringify(people.map(({ issuer, subject }) => ({ issuer, subject })));
}
