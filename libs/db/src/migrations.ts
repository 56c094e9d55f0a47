/** The migrations this build knows, in Prisma's own format: one folder each, applied in the order of their names. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 (hex) of the file, as Prisma records it. */
  readonly checksum: string;
}

// The same from src/ and from dist/.
const FOLDER = new URL('../../../prisma/migrations/', import.meta.url);

export async function knownMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
