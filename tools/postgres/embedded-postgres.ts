/** A real PostgreSQL from npm, for `npm start` and the tests. */
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../start/free-port.ts';
import { isOpenToOthers, postgresPackage, shelteredFolder } from './open-to-postgres.ts';
import { userInfo } from 'node:os';
import pg from 'pg';

export interface EmbeddedPostgresOptions {
  /** Created if it doesn't exist. For root, a folder under /var/tmp replaces one that other users can't reach. */
  readonly dataDir: string;
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** Keeps the data for the next start. */
  readonly persistent: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

export interface RunningPostgres {
  readonly port: number;
  /** Superuser, database `postgres`. */
  readonly superuserUrl: string;
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
const PASSWORD = 'gatehouse-local';
const MAX_CONNECTIONS = '300';

/** Starts a server on 127.0.0.1 that survives a crash as a real one does (fsync stays on). */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const port = options.port || (await freePort());
  const lines: string[] = [];
  const onLog = (text: unknown) => {
    const line = String(text).trimEnd();
    lines.push(line);
    if (lines.length > 50) lines.shift();
    options.log?.(line);
  };
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    ...options.settings,
  };
  const dataDir = isOpenToOthers(options.dataDir) ? options.dataDir : shelteredFolder(options.dataDir);
  const EmbeddedPostgres = await postgresPackage();
  const server = new EmbeddedPostgres({
    databaseDir: dataDir,
    port,
    user: SUPERUSER,
    password: PASSWORD,
    authMethod: 'scram-sha-256',
    persistent: options.persistent,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog,
    onError: onLog,
  });
  try {
    if (!existsSync(join(dataDir, 'PG_VERSION'))) {
      await mkdir(dirname(dataDir), { recursive: true });
      await server.initialise();
      await chmod(dataDir, 0o700);
    }
    await server.start();
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'the server ended at once';
    throw new Error(`PostgreSQL did not start (${cause}):\n${lines.join('\n')}`, { cause: error });
  }
  const superuserUrl = `postgresql://${SUPERUSER}:${PASSWORD}@127.0.0.1:${String(port)}/postgres`;
  return { port, superuserUrl, stop: () => server.stop() };
}

/** Ensures that these roles exist with these passwords, since migrations create no roles. */
export async function createRoles(
  superuserUrl: string,
  roles: Readonly<Record<string, string>>,
): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const [name, password] of Object.entries(roles)) {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
      const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
      await client.query(
        `${verb} ROLE ${client.escapeIdentifier(name)} LOGIN PASSWORD ${client.escapeLiteral(password)}`,
      );
    }
  } finally {
    await client.end();
  }
}

/** Ensures that a database exists. A new one belongs to `owner`, so no other role can create schemas in it. */
export async function ensureDatabase(superuserUrl: string, name: string, owner: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0)
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(name)} OWNER ${client.escapeIdentifier(owner)}`,
      );
  } finally {
    await client.end();
  }
}
