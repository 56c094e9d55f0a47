/** The SQL of the custom resource and of a rotation, on a real PostgreSQL, with the migrations and rights of Gatehouse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@gatehouse/db/migrate';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedPostgres, type RunningPostgres } from '../../../tools/postgres/embedded-postgres.ts';
import {
  createRoles,
  loginSecret,
  newPassword,
  nextLogin,
  setPassword,
} from '../lambda/database-logins/logins.mjs';

let server: RunningPostgres;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-logins-'));
beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), persistent: false });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function asMaster<T>(act: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => undefined });
  try {
    return await act(sql);
  } finally {
    await sql.end();
  }
}

/** Without TLS, which this server has not. */
async function urlOf(login: string): Promise<string> {
  const password = newPassword();
  await asMaster((sql) => setPassword(sql, login, password));
  const { url } = loginSecret({
    login,
    password,
    host: '127.0.0.1',
    port: String(server.port),
    ca: '/ca.pem',
  });
  expect(url).toContain('sslmode=verify-full&sslrootcert=/ca.pem');
  return url.split('?')[0] ?? '';
}

it('makes an owner that migrates, and logins that have the rights of the running role', async () => {
  await asMaster(createRoles);
  await asMaster(createRoles);
  const ownerUrl = await urlOf('gatehouse_owner');
  await migrate(ownerUrl, { runningRole: 'gatehouse_app', log: () => undefined });
  for (const login of ['gatehouse_app_a', 'gatehouse_app_b']) {
    const sql = postgres(await urlOf(login), { max: 1 });
    expect(await sql`SELECT count(*)::int AS n FROM organisation`).toEqual([{ n: 0 }]);
    await expect(sql`DELETE FROM audit.event`).rejects.toThrow(/permission denied/);
    await expect(sql`CREATE TABLE planted (id int)`).rejects.toThrow(/permission denied/);
    await sql.end();
  }
});

it('rotates to the login that is not in use, and the other one goes on', async () => {
  expect(nextLogin('gatehouse_app_a')).toBe('gatehouse_app_b');
  expect(nextLogin('gatehouse_app_b')).toBe('gatehouse_app_a');
  expect(nextLogin('gatehouse_owner')).toBe('gatehouse_owner');
  const before = await urlOf('gatehouse_app_a');
  await urlOf('gatehouse_app_b');
  const sql = postgres(before, { max: 1 });
  expect(await sql`SELECT session_user AS name`).toEqual([{ name: 'gatehouse_app_a' }]);
  await sql.end();
});

it('takes no other login and no other password', async () => {
  await expect(asMaster((sql) => setPassword(sql, 'postgres', newPassword()))).rejects.toThrow(/login/);
  await expect(asMaster((sql) => setPassword(sql, 'gatehouse_app_a', "x'; --"))).rejects.toThrow(/password/);
});
