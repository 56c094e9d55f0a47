import pg from 'pg';

/**
 * Makes the database reject the audit rows for which a condition on NEW holds.
 * @param error what PostgreSQL answers; its SQLSTATE is P0001 by default
 * @returns a function after which it accepts them again. The trigger stays, since dropping it would need a lock on the
 *   table, which PostgreSQL may break off as a deadlock with rows that are being written.
 */
export async function refuseRows(
  superuserUrl: string,
  condition: string,
  error: { readonly message: string; readonly sqlState: string } = { message: 'refused', sqlState: 'P0001' },
): Promise<() => Promise<void>> {
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client(superuserUrl);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const refuseIf = (when: string): string => `
    CREATE OR REPLACE FUNCTION public.refuse_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF ${when} THEN RAISE EXCEPTION '${error.message}' USING ERRCODE = '${error.sqlState}'; END IF;
      RETURN NEW;
    END $$`;
  await run(`${refuseIf(condition)};
    CREATE OR REPLACE TRIGGER refuse_rows BEFORE INSERT ON audit.event
      FOR EACH ROW EXECUTE FUNCTION public.refuse_rows()`);
  return () => run(refuseIf('false'));
}
