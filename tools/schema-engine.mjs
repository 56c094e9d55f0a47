// Prisma's schema engine as WebAssembly, loaded by hand: the package only offers an import that bundlers understand.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));

async function loadEngine() {
  const glue = await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href);
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return glue.SchemaEngine;
}

/** Runs `work` with an engine for one schema and one database. */
export async function withSchemaEngine(schemaPath, databaseUrl, work) {
  const SchemaEngine = await loadEngine();
  const schema = [schemaPath, await readFile(schemaPath, 'utf8')];
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(databaseUrl));
  const engine = await SchemaEngine.new({ datamodels: [schema] }, () => undefined, adapter);
  try {
    return await work(engine, schema);
  } finally {
    engine.free();
  }
}

/** The SQL that makes an empty database look like the schema. */
export function sqlOfSchema(schemaPath, databaseUrl) {
  return withSchemaEngine(schemaPath, databaseUrl, async (engine, [path, content]) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout;
  });
}
