import { Prisma, type Queries } from '@gatehouse/db/client';

/** Tables whose rows name the organisations that they are about. */
type TableWithOrganisations = 'pending_change' | 'emergency_stop' | 'key_emergency';

/** The ids of rows about organisations within reach and no other. */
export async function idsWithin(
  db: Pick<Queries, '$queryRaw'>,
  table: TableWithOrganisations,
  reach: ReadonlySet<string>,
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(table)} WHERE cardinality(ods_codes) > 0 AND ods_codes <@ ${[...reach]}::text[]`;
  return rows.map(({ id }) => id);
}
