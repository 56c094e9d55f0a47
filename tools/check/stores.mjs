// In the gateway, outside adapters/, `.store.ts` names the modules that read or write tables, and only those.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PRISMA_METHODS =
  'find(?:Unique|First|Many)(?:OrThrow)?|create(?:Many)?(?:AndReturn)?|update(?:Many)?(?:AndReturn)?|upsert|delete(?:Many)?|count|aggregate|groupBy';
const SQL = String.raw`\$(?:queryRaw|executeRaw)|\.query\s*[<(]`;

/** Matches a query by Prisma on one of the schema's models, or a piece of SQL that is sent. */
function queryPattern(root) {
  const schema = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
  const models = [...schema.matchAll(/^model (\w)(\w*)/gm)].map(
    ([, first, rest]) => first.toLowerCase() + rest,
  );
  return new RegExp(String.raw`\.(?:${models.join('|')})\s*\.(?:${PRISMA_METHODS})\s*\(|${SQL}`);
}

/** One line for each store without a query, and for each query outside a store. */
export function misplacedQueries(root) {
  const source = join(root, 'apps', 'gateway', 'src');
  const query = queryPattern(root);
  return readdirSync(source, { recursive: true })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.startsWith('adapters/'))
    .flatMap((path) => {
      const queries = query.test(readFileSync(join(source, path), 'utf8'));
      if (queries === path.endsWith('.store.ts')) return [];
      return queries
        ? `apps/gateway/src/${path} reads or writes tables: call it *.store.ts`
        : `apps/gateway/src/${path} reads and writes no table: call it something else`;
    })
    .sort();
}
