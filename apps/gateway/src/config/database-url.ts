import pg from 'pg';
import { isLoopback } from './loopback.js';

/**
 * What is wrong with the address of a production database. The driver itself reads the address, so that what is judged
 * is what will be called; its faults never quote a value, which may be a password.
 */
export function databaseFaults(databaseUrl: string): string[] {
  if (!URL.canParse(databaseUrl)) return [];
  if (namesHostTwice(databaseUrl))
    return ['DATABASE_URL: name host and port once, before the path, and give each parameter once'];
  const target = targetOf(databaseUrl);
  if (target === null)
    return ['DATABASE_URL: the driver can’t read it; is a file that it names missing, or a parameter wrong?'];
  const { sslmode } = Object.fromEntries(new URL(databaseUrl).searchParams);
  if (isLocal(target.host) || (sslmode === 'verify-full' && isVerified(target.ssl))) return [];
  return ['DATABASE_URL: prod needs sslmode=verify-full, unless the database is on this host'];
}

/** A parameter may replace the host of the URL, and the last of two of a name counts. */
function namesHostTwice(databaseUrl: string): boolean {
  const names = [...new URL(databaseUrl).searchParams.keys()];
  return (
    new Set(names).size < names.length || ['host', 'hostaddr', 'port'].some((name) => names.includes(name))
  );
}

/** Where the driver would connect to, and how. Also what it takes from PGHOST and PGSSLMODE. Nothing is connected. */
function targetOf(connectionString: string): { readonly host: string; readonly ssl: unknown } | null {
  try {
    const { host, ssl } = new pg.Client({ connectionString }) as { host: string; ssl: unknown };
    return { host, ssl };
  } catch {
    return null;
  }
}

/** A socket of this host is a path. */
const isLocal = (host: string): boolean => isLoopback(host) || host.startsWith('/');

function isVerified(ssl: unknown): boolean {
  if (typeof ssl !== 'object' || ssl === null) return false;
  const { rejectUnauthorized, checkServerIdentity } = ssl as Readonly<Record<string, unknown>>;
  return rejectUnauthorized !== false && checkServerIdentity === undefined;
}
