// The roles of the database: an owner, and a running role that two logins belong to. A rotation gives the login that is
// not in use a new password and makes it the current one. So the sessions and new connections of tasks that still have the
// other one go on, until the rotation after this.
import { randomBytes } from 'node:crypto';

export const OWNER = 'gatehouse_owner';
/** `gatehouse migrate` grants rights to it; nobody signs in as it. */
export const RUNNING = 'gatehouse_app';
export const RUNNING_LOGINS = ['gatehouse_app_a', 'gatehouse_app_b'];
export const DATABASE = 'gatehouse';

/** Without characters that mean something in a URL or in SQL. */
export const newPassword = () => randomBytes(32).toString('base64url');

/** The login that is not `login`. The owner has one, since only short commands use it. */
export const nextLogin = (login) =>
  RUNNING_LOGINS.find((other) => other !== login && login !== OWNER) ?? OWNER;

export const loginSecret = ({ login, password, host, port, ca }) => ({
  login,
  url: `postgresql://${login}:${password}@${host}:${port}/${DATABASE}?sslmode=verify-full&sslrootcert=${ca}`,
});

/** Creates what is missing; what is there stays. @param sql connected as the master, to any database */
export async function createRoles(sql) {
  const roles = new Set((await sql`SELECT rolname FROM pg_roles`).map(({ rolname }) => rolname));
  if (!roles.has(OWNER)) await sql.unsafe(`CREATE ROLE ${OWNER} LOGIN`);
  if (!roles.has(RUNNING)) await sql.unsafe(`CREATE ROLE ${RUNNING} NOLOGIN`);
  for (const login of RUNNING_LOGINS)
    if (!roles.has(login)) await sql.unsafe(`CREATE ROLE ${login} LOGIN INHERIT IN ROLE ${RUNNING}`);
  // The master of RDS is no superuser, and must belong to a role to create something for it.
  await sql.unsafe(`GRANT ${OWNER} TO CURRENT_USER`);
  const databases = await sql`SELECT 1 FROM pg_database WHERE datname = ${DATABASE}`;
  if (databases.length === 0)
    await sql.unsafe(`CREATE DATABASE ${DATABASE} OWNER ${OWNER} ENCODING 'UTF8' TEMPLATE template0`);
  await sql.unsafe(`REVOKE CONNECT ON DATABASE ${DATABASE} FROM PUBLIC`);
  await sql.unsafe(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${OWNER}, ${RUNNING}`);
}

/** @param login one of the three above */
export async function setPassword(sql, login, password) {
  if (![OWNER, ...RUNNING_LOGINS].includes(login)) throw new Error('not a login of Gatehouse');
  if (!/^[A-Za-z0-9_-]{40,}$/.test(password)) throw new Error('not a password of ours');
  await sql.unsafe(`ALTER ROLE ${login} LOGIN PASSWORD '${password}'`);
}
