// Every citation in the tree resolves to something in the tree: a law, a section or row of docs/reference/, an ADR, a
// page, an anchor, a path in a document. First, dangling ones are planted to see each refused, and good ones to see
// them pass.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { danglingIn } from './citation-rules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  'dist',
  'generated',
  'coverage',
  '.git',
  '.nx',
  '.astro',
  '.gatehouse',
]);
const READ = /\.(?:ts|tsx|mts|mjs|js|md|sql|prisma|ya?ml)$|^\.env\.example$/;
// They hold the patterns themselves.
const SKIPPED_FILES = new Set(['tools/check/citations.mjs', 'tools/check/citation-rules.mjs']);

const PLANTED = [
  ['a.ts', '/** No such law (law 12). */'],
  ['a.ts', '// laws 1 and 99'],
  ['a.ts', '/** protocol-facts §1.2 */'],
  ['a.ts', '/** docs/reference/protocol-facts.md §1.99 */'],
  ['a.ts', '/** As the token endpoint does it (§3.1). */'],
  ['a.ts', '// see design §4'],
  ['a.ts', '// design.md has it'],
  ['a.ts', "describe('F99: the moon falls', () => {"],
  ['a.ts', '// faults F1 and F77'],
  ['a.ts', '/** A key is exported (threat K9). */'],
  ['a.ts', '// sent twice (U77)'],
  ['a.ts', '// proof S12'],
  ['a.ts', '// upstream-facts U6'],
  ['a.ts', '// ERS:pol/X'],
  ['a.ts', '// L4: reject'],
  ['a.ts', '// the rows of interactions.json'],
  ['a.ts', '// ADR 999 says why'],
  ['a.ts', '// docs/nowhere.md'],
  ['a.ts', '// docs/audit.md#nowhere'],
  ['docs/a.md', '[laws](laws.md#99-nothing)'],
  ['docs/a.md', '[nowhere](nowhere.md)'],
  ['docs/a.md', 'in `apps/gateway/src/nowhere.ts`'],
];
const FINE = [
  ['a.ts', '/** law 4; laws 1 and 9 */'],
  ['a.ts', '/** docs/reference/protocol-facts.md §1.2 and §3.5; RFC 9110 §7.6.1 */'],
  ['a.ts', ' * (docs/reference/protocol-facts.md\n * §1.2)'],
  ['a.ts', "it('F21: the herd (faults F14, F15)', () => {"],
  ['a.ts', '// fact U6, threat K2, proof S6, ADR 12, docs/laws.md#4-reject-dont-repair'],
  ['a.ts', "const odsCode = 'F1';"],
  ['a.ts', '// written to docs/nowhere/dist'],
  ['docs/a.md', 'written to `docs/nowhere/dist`'],
  ['docs/a.md', '[law 4](laws.md#4-reject-dont-repair), `docs/laws.md`, `gatehouse verify`'],
];

function* filesBelow(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* filesBelow(path);
    } else if (READ.test(entry.name) && !SKIPPED_FILES.has(path)) yield path;
  }
}

const said = (path, text) => danglingIn(path, text).map(({ message }) => message);
const faults = [
  ...PLANTED.flatMap(([path, text]) =>
    said(path, text).length === 1 ? [] : [`planted ${text}: ${said(path, text)}`],
  ),
  ...FINE.flatMap(([path, text]) => said(path, text).map((message) => `fine ${text}: ${message}`)),
];
if (faults.length > 0) {
  console.error(`The check of citations does not do what it says:\n${faults.join('\n')}`);
  process.exit(1);
}

const dangling = [...filesBelow('')].flatMap((path) =>
  danglingIn(path, readFileSync(join(root, path), 'utf8')).map(
    ({ line, message }) => `${path}:${String(line)}: ${message}`,
  ),
);
if (dangling.length > 0) {
  console.error(`Citations that lead nowhere:\n${dangling.join('\n')}`);
  process.exit(1);
}
console.log(`${String(PLANTED.length)} planted citations refused; every citation in the tree resolves.`);
