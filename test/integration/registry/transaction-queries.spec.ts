/** A connection of PostgreSQL runs one query at a time; the driver only queues more, and its next major refuses them. */
import { changeRegistry, createPrisma, type Database } from '@gatehouse/db/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

let database: TestDatabase;
let prisma: Database;
/** How many queries each connection was given while it was running another. */
let overlapping = 0;

beforeAll(async () => {
  database = await createDatabase();
  const running = new Map<pg.Client, number>();
  const client = pg.Client.prototype as unknown as { query: (...args: unknown[]) => Promise<unknown> };
  const { query } = client;
  vi.spyOn(client, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    // Other gateways of this process have databases of their own, and some of their queries return nothing.
    if (this.database !== database.name) return query.apply(this, args);
    const before = running.get(this) ?? 0;
    if (before > 0) overlapping += 1;
    running.set(this, before + 1);
    const result = query.apply(this, args);
    const end = () => running.set(this, (running.get(this) ?? 1) - 1);
    result.then(end, end);
    return result;
  });
  prisma = createPrisma(database.appUrl);
}, 60_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await prisma.$disconnect();
  await database.drop();
});

it('a transaction waits for each query, even if one call needs several', async () => {
  await changeRegistry(prisma, { actor: 'test' }, async (transaction) => {
    await transaction.application.findMany({
      include: { bindings: true, messageSets: true, signingKeys: true },
    });
    await Promise.all([transaction.organisation.count(), transaction.client.count()]);
  });
  expect(overlapping).toBe(0);
});

it('a query that fails does not hold up later ones', async () => {
  const failing = prisma.$transaction((transaction) =>
    Promise.all([transaction.$queryRaw`SELECT 1 / 0`, transaction.$queryRaw`SELECT 1`]),
  );
  await expect(failing).rejects.toThrow('division by zero');
  expect(await prisma.$transaction((transaction) => transaction.organisation.count())).toBe(0);
});
