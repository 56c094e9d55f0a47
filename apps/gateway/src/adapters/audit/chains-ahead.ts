import type pg from 'pg';

/** A chain that has records beyond a position, up to which somebody has read it. */
export interface ChainAhead {
  readonly writer: string;
  /** It is read up to this record; 0: not at all. */
  readonly seq: number;
  /** Its last record. */
  readonly headSeq: number;
}

/**
 * The chains that are ahead of their positions, the newest first, so that what happens now does not wait for what happened
 * before.
 * @param positions a FROM item with the columns `writer` and `seq`
 */
export async function chainsAhead(
  database: Pick<pg.Pool, 'query'>,
  positions: string,
  values: readonly unknown[] = [],
): Promise<ChainAhead[]> {
  const { rows } = await database.query<{ writer: string; seq: string; headSeq: string }>(
    `SELECT w.writer, coalesce(p.seq, 0) AS seq, w.seq AS "headSeq"
       FROM audit.writer w LEFT JOIN ${positions} p USING (writer)
      WHERE w.seq > coalesce(p.seq, 0) ORDER BY w.started_at DESC, w.writer`,
    [...values],
  );
  return rows.map(({ writer, seq, headSeq }) => ({ writer, seq: Number(seq), headSeq: Number(headSeq) }));
}
