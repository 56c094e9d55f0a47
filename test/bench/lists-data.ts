/** A registry and an audit trail as large as those of a large deployment, written directly to the database. */
import type { ClientBase } from 'pg';

export const ORGANISATIONS = 10_000;
export const APPLICATIONS = 100_000;
export const ATTEMPTS = 500_000;
export const WRITER = '00000000-0000-4000-8000-000000000001';

/** @returns the SQL of an id made of a text, valid as RFC 9562 has it, so that routes take it */
function idOf(text: string): string {
  return `overlay(overlay(md5(${text}) PLACING '4' FROM 13 FOR 1) PLACING '8' FROM 17 FOR 1)::uuid`;
}

/** The statements, in their order; `n` counts from 1. */
const STATEMENTS: readonly string[] = [
  // Triggers would write a change record for every row.
  "SET session_replication_role = 'replica'",
  `INSERT INTO environment (name, kind, four_eyes)
    VALUES ('int', 'authenticated', false), ('prod', 'authenticated', false) ON CONFLICT DO NOTHING`,
  `INSERT INTO product (name) SELECT 'Product ' || n FROM generate_series(1, 5) n`,
  `INSERT INTO message_set (name, interactions) VALUES ('provider-read', '{A004,A005,A008}')`,
  `INSERT INTO organisation (ods_code, name, state)
    SELECT 'X' || to_char(n, 'FM00000'), (ARRAY['North', 'South', 'East', 'West'])[1 + n % 4] || ' Trust ' || n,
      CASE WHEN n % 100 = 0 THEN 'suspended' ELSE 'active' END FROM generate_series(1, ${ORGANISATIONS}) n`,
  `INSERT INTO application (id, environment, product, access_mode, capability, state, asid, api_key, jwks_id, created_at)
    SELECT ${idOf("'application' || n")}, CASE WHEN n % 2 = 0 THEN 'int' ELSE 'prod' END,
      'Product ' || 1 + (n / 2) % 5, 'application-restricted', 'provider',
      CASE WHEN n % 200 = 0 THEN 'draft' WHEN n % 500 = 1 THEN 'retired' ELSE 'live' END,
      to_char(200000000000 + n, 'FM000000000000'), md5('key' || n), md5('jwks' || n), now() - n * interval '1 minute'
    FROM generate_series(1, ${APPLICATIONS}) n`,
  `INSERT INTO binding (id, application_id, ods_code, environment, product, access_mode, capability, live)
    SELECT ${idOf("'binding' || n")}, ${idOf("'application' || n")}, 'X' || to_char(1 + (n - 1) / 10, 'FM00000'),
      a.environment, a.product, a.access_mode, a.capability, a.state = 'live'
    FROM generate_series(1, ${APPLICATIONS}) n JOIN application a ON a.id = ${idOf("'application' || n")}`,
  `INSERT INTO application_message_set SELECT id, 'provider-read' FROM application`,
  `INSERT INTO signing_key (application_id, kid, kms_key_arn, public_jwk, thumbprint, state, published_at, activated_at)
    SELECT ${idOf("'application' || n")}, 'kid-' || n, 'arn:' || n, '{"kty":"RSA","n":"x","e":"AQAB"}', md5('t' || n),
      'ACTIVE', now(), now() - (n % 400) * interval '1 day' FROM generate_series(1, ${APPLICATIONS}) n`,
  `INSERT INTO sro_appointment (ods_code, environments, name, email, job_title, spine_user_id, authority_name,
      authority_reference, authority_date, authority_document_sha256, accepted_at, review_due_on, appointed_by)
    SELECT ods_code, '{int,prod}', 'Sam Owner', 'sam@example.org', 'Director', '555012345678', 'Chris', 'CIO/1',
      current_date, repeat('a', 64), now(), current_date + (row_number() OVER ())::int % 365, 'bench' FROM organisation`,
  `INSERT INTO client (id, name, environment) SELECT ${idOf("'client' || n")}, 'client-' || n, 'int'
    FROM generate_series(1, 2000) n`,
  `INSERT INTO client_grant (client_id, ods_code, product, access_mode, capability)
    SELECT ${idOf("'client' || n")}, 'X' || to_char(n * 5 - g, 'FM00000'), 'Product 1', 'application-restricted', 'provider'
    FROM generate_series(1, 2000) n, generate_series(0, 4) g`,
  `INSERT INTO registry_change (version, at, actor, table_name, row_key, ods_codes, client_ids, after)
    SELECT n, now() - (300001 - n) * interval '1 second', 'bench', 'application', ${idOf(`'application' || n % ${APPLICATIONS}`)}::text,
      ARRAY['X' || to_char(1 + n % ${ORGANISATIONS}, 'FM00000')], '{}', jsonb_build_object('state', 'live')
    FROM generate_series(1, 300000) n`,
  `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
    SELECT '${WRITER}', seq, at, kind, attempt, decode(repeat('00', 32), 'hex'), decode(md5(seq::text) || md5(seq::text), 'hex'),
      common || CASE WHEN kind = 'OUTCOME' THEN '{}'::jsonb ELSE asked END || CASE WHEN kind = 'INTENT' THEN '{}'::jsonb ELSE became END
    FROM (
      SELECT n, 2 * n - CASE WHEN kind = 'OUTCOME' THEN 0 ELSE 1 END AS seq, kind, attempt, at,
        jsonb_build_object('writer', '${WRITER}', 'seq', 2 * n - CASE WHEN kind = 'OUTCOME' THEN 0 ELSE 1 END, 'kind', kind,
          'attemptId', attempt, 'startedAtMs', (extract(epoch FROM at) * 1000)::bigint, 'requestId', attempt) AS common,
        jsonb_build_object('odsCode', 'X' || to_char(1 + n % ${ORGANISATIONS}, 'FM00000'), 'clientId', ${idOf("'client' || n % 2000")},
          'clientName', 'client-' || n % 2000, 'bindingId', ${idOf(`'binding' || n % ${APPLICATIONS}`)}, 'environment', 'int',
          'applicationId', ${idOf(`'application' || n % ${APPLICATIONS}`)}, 'interaction', 'A005', 'correlationId', 'bench-' || n, 'attemptNumber', 1,
          'steps', jsonb_build_array(jsonb_build_object('step', 'grant', 'ok', true))) AS asked,
        jsonb_build_object('outcome', CASE WHEN kind = 'DENIED' THEN 'REFUSED' WHEN n % 97 = 0 THEN 'FAILED' ELSE 'COMPLETED' END,
          'status', 200, 'durationMs', CASE WHEN n % 20011 = 0 THEN 1500 ELSE 30 + n % 40 END,
          'upstreamDurationMs', 26 + n % 40, 'upstreamRequestId', 'up-' || n,
          'code', CASE WHEN kind = 'DENIED' THEN (ARRAY['GW_GRANT', 'GW_QUERY', 'GW_SRO'])[1 + n % 3] END) AS became
      FROM (
        SELECT n, ${idOf("'attempt' || n")} AS attempt, kind,
          date_trunc('milliseconds', now() - (${ATTEMPTS} - n) * interval '6 seconds') AS at
        FROM generate_series(1, ${ATTEMPTS}) n,
          LATERAL unnest(CASE WHEN n % 50 = 0 THEN '{DENIED}' ELSE '{INTENT,OUTCOME}' END::text[]) kind
      ) attempts
    ) rows`,
  `INSERT INTO audit.writer (writer, seq, hash, lease_until, host, state)
    SELECT '${WRITER}', max(seq), decode(repeat('00', 32), 'hex'), now(), 'bench', 'closed' FROM audit.event`,
  // As the migration does it in a database that has applications.
  'INSERT INTO application_health (application_id, due_at) SELECT id, now() FROM application',
  "UPDATE health_position SET position = 300000 WHERE source = 'registry'",
  "SET session_replication_role = 'origin'",
];

export async function fill(client: ClientBase): Promise<void> {
  for (const statement of STATEMENTS) {
    const since = performance.now();
    await client.query(statement);
    console.error(
      `${String(Math.round(performance.now() - since)).padStart(7)} ms  ${statement.slice(0, 60).split('\n', 1)[0] ?? ''}`,
    );
  }
  await client.query('VACUUM ANALYZE');
}
