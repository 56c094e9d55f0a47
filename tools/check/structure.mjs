// Rules about the shape of the source tree. Each rule is tried first: it has to reject a small tree with one
// planted fault and to accept the same tree without it. Then it reads the repository.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overfullFolders } from './folder-size.mjs';
import { importCircles } from './import-circles.mjs';
import { misplacedQueries } from './stores.mjs';

const manyFiles = (count) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`tools/many/file-${n}.mjs`, '']));
const schema = { 'prisma/schema.prisma': 'model AdminToken {\n}\n' };

/** `harmless` with `planted` on top of it has exactly one fault. */
const rules = [
  {
    name: 'no import circles',
    faultsIn: importCircles,
    harmless: {
      'apps/a/src/one.ts': "import type { Two } from './deep/two.js';\nexport type One = Two;\n",
      'apps/a/src/deep/two.tsx': 'export type Two = string;\n',
      'libs/b/src/three.ts': 'export type Three = string;\n',
    },
    planted: {
      'apps/a/src/deep/two.tsx': "import type { One } from '../one.js';\nexport type Two = string | One[];\n",
    },
  },
  {
    name: 'at most 15 source files in a folder',
    faultsIn: overfullFolders,
    harmless: { ...manyFiles(15), 'tools/many/file.spec.ts': '', 'tools/many/data.json': '' },
    planted: manyFiles(16),
  },
  {
    name: 'a store has a query',
    faultsIn: misplacedQueries,
    harmless: {
      ...schema,
      'apps/gateway/src/a.store.ts': 'export const read = (db) => db.adminToken.findMany({});\n',
      'apps/gateway/src/b.store.ts': 'export const read = (tx) => tx.$queryRaw`SELECT 1`;\n',
    },
    planted: { 'apps/gateway/src/a.store.ts': 'export const sum = (one, two) => one + two;\n' },
  },
  {
    name: 'a query is in a store or an adapter',
    faultsIn: misplacedQueries,
    harmless: {
      ...schema,
      'apps/gateway/src/adapters/a.ts': 'export const read = (db) => db.adminToken.findMany({});\n',
      'apps/gateway/src/b.ts': 'export const has = (map) => map.has(1);\n',
    },
    planted: {
      'apps/gateway/src/b.ts': 'export const read = (db) =>\n  db.adminToken\n    .findMany({});\n',
    },
  },
];

/** What the rule reports about a temporary tree of these files. */
async function faultsAmong(rule, files) {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-structure-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await rule.faultsIn(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const faults = [];
for (const rule of rules) {
  const harmless = await faultsAmong(rule, rule.harmless);
  const planted = await faultsAmong(rule, { ...rule.harmless, ...rule.planted });
  if (harmless.length > 0) faults.push(`"${rule.name}" objects to a harmless tree:`, ...harmless);
  if (planted.length !== 1) faults.push(`"${rule.name}" finds ${planted.length} faults where one is planted`);
}
const repository = fileURLToPath(new URL('../..', import.meta.url));
for (const check of new Set(rules.map(({ faultsIn }) => faultsIn))) faults.push(...(await check(repository)));

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${rules.length} rules of structure, each with its planted fault found.`);
