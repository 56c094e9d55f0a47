/**
 * Where a database is: the cluster, and its number there. A dump that is restored, and a copy, are elsewhere than the row
 * in them says (ADR 63). A standby that is promoted and a physical backup keep both numbers.
 */
import type pg from 'pg';

const HERE = `SELECT system_identifier::text, pg_database.oid::bigint AS database_oid
  FROM pg_control_system(), pg_database WHERE datname = current_database()`;

/** @returns whether `gatehouse migrate` last ran where this database is now; null if it never ran to its end */
export async function isAtHome(client: pg.ClientBase): Promise<boolean | null> {
  const { rows } = await client.query<{ here: boolean }>(
    `SELECT (home.system_identifier, home.database_oid) = (here.system_identifier, here.database_oid) AS here
     FROM public.database_home AS home, (${HERE}) AS here`,
  );
  return rows[0]?.here ?? null;
}

/** Needs the owner: a gateway must not be able to confirm a copy. */
export async function settleHere(client: pg.ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO public.database_home (id, system_identifier, database_oid, confirmed_at)
     SELECT 1, system_identifier, database_oid, now() FROM (${HERE}) AS here
     ON CONFLICT (id) DO UPDATE
       SET system_identifier = excluded.system_identifier, database_oid = excluded.database_oid, confirmed_at = now()
       WHERE (database_home.system_identifier, database_home.database_oid)
         IS DISTINCT FROM (excluded.system_identifier, excluded.database_oid)`,
  );
}
