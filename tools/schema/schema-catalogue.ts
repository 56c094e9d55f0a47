/** Describes the schema `public` of a database in lines that can be compared, and read by people. */
import type pg from 'pg';

const HISTORY = '_prisma_migrations';

/**
 * Facts that Prisma's schema can state as well as a migration. CHECKs, triggers, functions, rights, and indexes that are
 * partial or treat nulls as equal are left out, since only a migration can state them.
 */
const FACTS = `
  SELECT format('column %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
      coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) AS fact
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relname <> $1
  UNION ALL
  SELECT format('constraint %s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f') AND c.relname <> $1
  UNION ALL
  SELECT format('index %s', pg_get_indexdef(i.indexrelid))
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> $1
      AND i.indpred IS NULL AND NOT i.indnullsnotdistinct
  UNION ALL
  SELECT format('%s %s', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, c.relname)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> $1
  UNION ALL
  SELECT format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
    WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname`;

export async function schemaFacts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ fact: string }>(FACTS, [HISTORY]);
  return rows.map((row) => row.fact).sort();
}

/** Lines `only in …: fact`; empty if there is no difference. */
export function schemaDifferences(
  a: { readonly name: string; readonly facts: readonly string[] },
  b: { readonly name: string; readonly facts: readonly string[] },
): string[] {
  const onlyIn = (one: typeof a, other: typeof a) => {
    const known = new Set(other.facts);
    return one.facts.filter((fact) => !known.has(fact)).map((fact) => `only in ${one.name}: ${fact}`);
  };
  return [...onlyIn(a, b), ...onlyIn(b, a)];
}
