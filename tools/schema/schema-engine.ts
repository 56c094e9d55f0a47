/** Prisma's schema engine as WebAssembly. Its package only has an import for bundlers, so it is loaded here. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as Glue from '@prisma/schema-engine-wasm/schema_engine_bg';

export type SchemaEngine = Glue.SchemaEngine;
type Exports = Readonly<Record<string, unknown>>;
type LoadedGlue = typeof Glue & { __wbg_set_wasm(exports: Exports): void };

/** The part that is used here. TypeScript declares WebAssembly only in its library for browsers. */
interface WebAssemblyLike {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: Exports }>;
}

const NO_FILTER = { externalTables: [], externalEnums: [] };

// Its functions call the instance that was set last, so there can be only one.
let loaded: Promise<LoadedGlue> | undefined;
const glueOnce = () => (loaded ??= loadGlue());

async function loadGlue(): Promise<LoadedGlue> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const glue = (await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href)) as LoadedGlue;
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyLike };
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
  return glue;
}

/** Runs `work` with an engine for one schema on one database. */
export async function withSchemaEngine<T>(
  schemaPath: string,
  databaseUrl: string,
  work: (engine: SchemaEngine, schema: string) => Promise<T>,
): Promise<T> {
  const glue = await glueOnce();
  const schema = await readFile(schemaPath, 'utf8');
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(databaseUrl));
  const engine = await glue.SchemaEngine.new(
    { datamodels: [[schemaPath, schema]] },
    () => undefined,
    adapter,
  );
  try {
    return await work(engine, schema);
  } finally {
    engine.free();
  }
}

/** The SQL that brings an empty database to the schema. */
export function sqlOfSchema(schemaPath: string, databaseUrl: string): Promise<string> {
  return withSchemaEngine(schemaPath, databaseUrl, async (engine, content) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: schemaPath, content }] },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    });
    return stdout ?? '';
  });
}

/** Prisma's own diagnosis of a database's migration history; null means that it is up to date. */
export function diagnoseHistory(
  schemaPath: string,
  databaseUrl: string,
  baseDir: string,
  migrations: readonly { readonly name: string; readonly sql: string }[],
) {
  return withSchemaEngine(schemaPath, databaseUrl, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: {
        baseDir,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      optInToShadowDatabase: false,
      filters: NO_FILTER,
    }),
  );
}
