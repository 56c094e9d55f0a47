import { createPrisma, changeRegistry } from '@gatehouse/db/client';
import { constraintMessages } from '@gatehouse/db/constraints';
import { HISTORY_TABLES } from '@gatehouse/domain/audit/history';
import { explainDatabaseError } from '@gatehouse/db/database-error';
import { SIGNING_KEY_STATES, mayBecome } from '@gatehouse/domain/registry/signing-key';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameKey, unseenCharacter } from '@gatehouse/domain/input/visible-text';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { insert, seedApplication, seedBasics, valid, type Row } from '../../support/registry-rows.ts';

let database: TestDatabase;
/** One, since a pool opens another connection after each refusal. */
let connection: pg.Client;
let live: string;
let draft: string;
let userRestricted: string;
let client: string;
let key: string;

beforeAll(async () => {
  database = await createDatabase();
  connection = new pg.Client(database.appUrl);
  await connection.connect();
  await seedBasics(connection);
  live = (
    await seedApplication(connection, 'R69', {
      asid: '200000002454',
      api_key: 'the-live-api-key',
      apim_application_id: 'apim-1',
    })
  ).applicationId;
  draft = await added(
    'application',
    valid.application({ capability: 'referrer', asid: null, api_key: null }),
  );
  userRestricted = await added(
    'application',
    valid.application({ access_mode: 'user-restricted', capability: null }),
  );
  client = await added(
    'client',
    valid.client({ name: 'worklist', workload_issuer: 'i', workload_audience: 'a', workload_subject: 's' }),
  );
  await insert(connection, 'client_grant', valid.client_grant({ client_id: client }));
  await insert(connection, 'client_credential', valid.client_credential({ client_id: client }));
  await insert(connection, 'client_credential', valid.client_credential({ client_id: client }));
  key = await added(
    'signing_key',
    valid.signing_key({ application_id: live, kid: 'kid-a', thumbprint: 'thumb-a', kms_key_arn: 'arn-a' }),
  );
  await advance(key, 'PUBLISHED');
  await advance(key, 'ACTIVE');
  await insert(connection, 'assurance_floor', { level: 2 });
  await insert(connection, 'product', { name: 'Second' });
  await insert(connection, 'product', { name: 'Third' });
  await insert(
    connection,
    'cis2_client',
    valid.cis2_client({ id: CIS2_CLIENT, registered_client_id: 'cis2-a' }),
  );
});
afterAll(async () => {
  await connection.end();
  await database.drop();
});

async function added(table: string, row: Row): Promise<string> {
  const { rows } = await insert(connection, table, row);
  return String((rows[0] as { id: string }).id);
}

const TIMES = {
  PENDING: 'created_at',
  PUBLISHED: 'published_at',
  ACTIVE: 'activated_at',
  RETIRING: 'retired_at',
  REMOVED: 'removed_at',
};
function advance(id: string, state: keyof typeof TIMES) {
  return connection.query(`UPDATE signing_key SET state = $2, ${TIMES[state]} = now() WHERE id = $1`, [
    id,
    state,
  ]);
}

async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  return explainDatabaseError(error)?.constraint ?? (error as Error).message;
}

const bind = (applicationId: string, odsCode = 'RCD') =>
  insert(connection, 'binding', { application_id: applicationId, ods_code: odsCode });
const sql =
  (text: string, ...values: unknown[]) =>
  () =>
    connection.query(text, values);
/** The running role may not. */
const destroyKey = async () => {
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  await owner.query(
    `INSERT INTO audit.organisation_key (ods_code, key_id, destroyed_at) VALUES ('RCD', gen_random_uuid(), now())
     ON CONFLICT DO NOTHING`,
  );
  await owner.end();
};
const destroyed = () =>
  destroyKey().then(
    sql(`INSERT INTO trail_retention (ods_code, destroy_key, key_destroyed_at) VALUES ('RCD', 'x', now())
         ON CONFLICT DO NOTHING`),
  );
const application = (row: Row) => () => insert(connection, 'application', valid.application(row));
const appointment = (row: Row) => () => insert(connection, 'sro_appointment', valid.sro_appointment(row));
const exception = (row: Row) => () =>
  insert(connection, 'write_exception', valid.write_exception({ application_id: live, ...row }));
const cis2Client = (row: Row) => () => insert(connection, 'cis2_client', valid.cis2_client(row));
const aClient = (row: Row) => () => insert(connection, 'client', valid.client(row));
const grant = (row: Row) => () =>
  insert(connection, 'client_grant', valid.client_grant({ client_id: client, ...row }));
const credential = (row: Row) => () =>
  insert(connection, 'client_credential', valid.client_credential({ client_id: client, ...row }));
const signingKey = (row: Row) => () =>
  insert(connection, 'signing_key', valid.signing_key({ application_id: draft, ...row }));
/** Of the CIS2 client and no application, unless the row says otherwise. */
const cis2Key = (row: Row = {}) => valid.signing_key({ cis2_client_id: CIS2_CLIENT, ...row });
const adminToken = (row: Row) => () => insert(connection, 'admin_token', valid.admin_token(row));
const CIS2_CLIENT = '00000000-0000-0000-0000-000000000c15';
const none = '00000000-0000-0000-0000-000000000000';

const refused: [constraint: string, why: string, work: () => Promise<unknown>][] = [
  ['environment_name_format', 'capital letters', sql(`INSERT INTO environment VALUES ('INT', 'open')`)],
  ['environment_kind_known', 'unknown kind', sql(`INSERT INTO environment VALUES ('x', 'shut')`)],
  ['environment_kind_fixed', 'kind changed', sql(`UPDATE environment SET kind = 'open' WHERE name = 'int'`)],
  [
    'environment_four_eyes_kept',
    'left open again',
    sql(`UPDATE environment SET four_eyes = NULL WHERE name = 'int'`),
  ],
  ['environment_pkey', 'twice', sql(`INSERT INTO environment VALUES ('int', 'open')`)],
  ['organisation_pkey', 'twice', sql(`INSERT INTO organisation VALUES ('R69', 'x')`)],
  ['organisation_ods_code_format', 'small letters', sql(`INSERT INTO organisation VALUES ('r69', 'x')`)],
  [
    'organisation_ods_code_format',
    'trailing newline',
    sql(`INSERT INTO organisation VALUES ($1, 'x')`, 'R70\n'),
  ],
  ['organisation_name_present', 'no name', sql(`INSERT INTO organisation VALUES ('R70', ' ')`)],
  ['organisation_state_known', 'unknown state', sql(`INSERT INTO organisation VALUES ('R70', 'x', 'odd')`)],
  ['product_pkey', 'twice', sql(`INSERT INTO product VALUES ('ReferWell')`)],
  ['product_name_present', 'no name', sql(`INSERT INTO product VALUES ('')`)],
  ['product_state_known', 'unknown state', sql(`INSERT INTO product VALUES ('P', 'odd')`)],
  ['message_set_pkey', 'twice', sql(`INSERT INTO message_set VALUES ('provider-read', '{}')`)],
  ['message_set_name_present', 'no name', sql(`INSERT INTO message_set VALUES ('', '{}')`)],
  [
    'message_set_interactions_format',
    'one of two wrong',
    sql(`INSERT INTO message_set VALUES ('m', '{A005,A05}')`),
  ],
  [
    'message_set_interactions_format',
    'null within',
    sql(`INSERT INTO message_set VALUES ('m', '{A005,NULL}')`),
  ],
  ['message_set_interactions_format', 'null', sql(`INSERT INTO message_set VALUES ('m', NULL)`)],

  ['application_environment_fkey', 'unknown environment', application({ environment: 'nowhere' })],
  ['application_product_fkey', 'unknown product', application({ product: 'Nothing' })],
  ['application_access_mode_known', 'unknown mode', application({ access_mode: 'odd', capability: null })],
  ['application_capability_known', 'unknown capability', application({ capability: 'odd' })],
  ['application_capability_iff_application_restricted', 'missing', application({ capability: null })],
  [
    'application_capability_iff_application_restricted',
    'too much',
    application({ access_mode: 'user-restricted' }),
  ],
  ['application_state_known', 'unknown state', application({ state: 'odd' })],
  ['application_asid_format', '11 digits', application({ asid: '20000000245' })],
  [
    'application_asid_unique',
    'used in another environment',
    application({ asid: '200000002454', environment: 'sandbox' }),
  ],
  ['application_asid_sharing', 'PDS', application({ asid_shared_with: ['NEMS', 'PDS'] })],
  ['application_asid_sharing', 'EPS', application({ asid_shared_with: ['EPS'] })],
  ['application_asid_sharing', 'SCR', application({ asid_shared_with: ['SCR'] })],
  ['application_api_key_format', 'empty', application({ api_key: '' })],
  ['application_api_key_format', 'space', application({ api_key: 'a b' })],
  ['application_api_key_unique', 'same environment', application({ api_key: 'the-live-api-key' })],
  [
    'application_apim_application_id_unique',
    'same environment',
    application({ apim_application_id: 'apim-1' }),
  ],
  [
    'application_api_secret_user_restricted',
    'application-restricted',
    application({ api_secret_sealed: Buffer.from('x'), api_secret_digest: 'a'.repeat(64) }),
  ],
  [
    'application_api_secret_with_digest',
    'no digest',
    application({ access_mode: 'user-restricted', capability: null, api_secret_sealed: Buffer.from('x') }),
  ],
  ['cis2_client_pkey', 'twice', cis2Client({ id: CIS2_CLIENT, product: 'Second' })],
  ['cis2_client_environment_fkey', 'unknown', cis2Client({ environment: 'nowhere' })],
  ['cis2_client_product_fkey', 'unknown', cis2Client({ product: 'Nothing' })],
  ['cis2_client_product_once', 'twice', cis2Client({})],
  [
    'cis2_client_client_id_unique',
    'two products',
    cis2Client({ product: 'Second', registered_client_id: 'cis2-a' }),
  ],
  [
    'cis2_client_identity_fixed',
    'another product',
    sql(`UPDATE cis2_client SET product = 'Second' WHERE registered_client_id = 'cis2-a'`),
  ],
  ['cis2_client_client_id_present', 'empty', cis2Client({ registered_client_id: ' ' })],
  ['cis2_client_auth_known', 'unknown', cis2Client({ auth: 'password' })],
  ['cis2_client_signing_algorithm_known', 'unknown', cis2Client({ signing_algorithm: 'none' })],
  ['cis2_client_secret_present', 'no secret', cis2Client({ auth: 'client_secret' })],
  ['cis2_client_secret_with_digest', 'no digest', cis2Client({ client_secret_sealed: Buffer.from('x') })],
  ['cis2_client_state_known', 'unknown', cis2Client({ state: 'live' })],
  ['cis2_client_jwks_id_unguessable', 'short', cis2Client({ product: 'Second', jwks_id: 'short' })],
  [
    'cis2_client_jwks_id_unique',
    'twice',
    async () => {
      await cis2Client({ product: 'Second', jwks_id: 'k'.repeat(22) })();
      await cis2Client({ product: 'Third', jwks_id: 'k'.repeat(22) })();
    },
  ],
  [
    'cis2_client_identity_fixed',
    'JWKS URL changed',
    sql(`UPDATE cis2_client SET jwks_id = repeat('x', 22) WHERE registered_client_id = 'cis2-a'`),
  ],
  ['application_jwks_id_unguessable', 'too short', application({ jwks_id: 'a'.repeat(21) })],
  [
    'application_jwks_id_unique',
    'twice',
    () => application({ jwks_id: 'b'.repeat(22) })().then(application({ jwks_id: 'b'.repeat(22) })),
  ],
  ['application_live_complete', 'no ASID', application({ state: 'live', asid: null })],
  ['application_live_complete', 'no API key', application({ state: 'live', api_key: null })],
  [
    'application_live_complete',
    'ASID taken away',
    sql(`UPDATE application SET asid = NULL WHERE asid = '200000002454'`),
  ],
  [
    'application_identity_fixed',
    'environment',
    () => connection.query(`UPDATE application SET environment = 'sandbox' WHERE id = $1`, [draft]),
  ],
  [
    'application_identity_fixed',
    'capability',
    () => connection.query(`UPDATE application SET capability = 'provider' WHERE id = $1`, [draft]),
  ],
  [
    'application_identity_fixed',
    'JWKS URL',
    () => connection.query(`UPDATE application SET jwks_id = $2 WHERE id = $1`, [draft, 'c'.repeat(22)]),
  ],

  ['binding_application_id_fkey', 'unknown application', () => bind(none)],
  ['binding_ods_code_fkey', 'unknown organisation', () => bind(draft, 'ZZZ')],
  [
    'binding_organisation_once',
    'twice',
    () => bind(userRestricted, 'R69').then(() => bind(userRestricted, 'R69')),
  ],
  ['binding_application_restricted_one_organisation', 'second organisation', () => bind(live)],
  [
    'binding_identity_fixed',
    'organisation',
    () => connection.query(`UPDATE binding SET ods_code = 'RCD' WHERE application_id = $1`, [live]),
  ],
  ['binding_one_live_application', 'born live', () => seedApplication(connection, 'R69')],
  [
    'binding_one_live_application',
    'made live',
    async () => {
      const { applicationId } = await seedApplication(connection, 'R69', { state: 'draft' });
      await connection.query(`UPDATE application SET state = 'live' WHERE id = $1`, [applicationId]);
    },
  ],
  [
    'binding_one_live_application',
    'no capability counts as equal',
    async () => {
      const row = { access_mode: 'user-restricted', capability: null };
      await seedApplication(connection, 'RCD', row);
      await seedApplication(connection, 'RCD', row);
    },
  ],
  [
    'application_message_set_pkey',
    'twice',
    sql(`INSERT INTO application_message_set SELECT * FROM application_message_set`),
  ],
  [
    'application_message_set_message_set_name_fkey',
    'unknown',
    () => connection.query(`INSERT INTO application_message_set VALUES ($1, 'none')`, [draft]),
  ],
  [
    'application_message_set_message_set_name_fkey',
    'deleted while used',
    sql(`DELETE FROM message_set WHERE name = 'provider-read'`),
  ],
  [
    'application_message_set_application_id_fkey',
    'unknown',
    sql(`INSERT INTO application_message_set VALUES ($1, 'provider-read')`, none),
  ],

  ['sro_appointment_ods_code_fkey', 'unknown organisation', appointment({ ods_code: 'ZZZ' })],
  ['sro_appointment_environments_present', 'none', appointment({ environments: [] })],
  ['sro_appointment_environments_known', 'unknown', appointment({ environments: ['int', 'moon'] })],
  ['sro_appointment_texts_present', 'no job title', appointment({ job_title: '' })],
  ['sro_appointment_email_format', 'no @', appointment({ email: 'ann' })],
  ['sro_appointment_spine_user_id_format', '11 digits', appointment({ spine_user_id: '55507310310' })],
  [
    'sro_appointment_authority_document_format',
    'not hex',
    appointment({ authority_document_sha256: 'z'.repeat(64) }),
  ],
  ['sro_appointment_role_known', 'cousin', appointment({ role: 'cousin' })],
  ['sro_appointment_succeeds_fkey', 'nobody', appointment({ succeeds: none })],
  ['sro_appointment_starts_before_review', 'the same day', appointment({ starts_on: '2027-01-02' })],
  ['sro_appointment_grace_not_negative', '-1', appointment({ grace_days: -1 })],

  ['write_exception_application_id_fkey', 'unknown application', exception({ application_id: none })],
  [
    'write_exception_application_restricted',
    'user-restricted',
    () => exception({ application_id: userRestricted })(),
  ],
  ['write_exception_interaction_known', 'A014', exceptionOf({ interaction: 'A014' })],
  ['write_exception_use_case_present', 'empty', exceptionOf({ use_case_reference: '' })],
  ['write_exception_expires_after_grant', 'in the past', exceptionOf({ expires_at: '2001-01-01' })],
  ['write_exception_cosigned_by_someone', 'by nobody', exceptionOf({ cosigned_at: '2026-01-01' })],
  [
    'write_exception_cosigned_by_fkey',
    'nobody',
    exceptionOf({ cosigned_at: '2026-01-01', cosigned_by: none }),
  ],
  ['write_exception_revoked_by_someone', 'by nobody', exceptionOf({ revoked_at: '2026-01-01' })],

  ['client_environment_fkey', 'unknown environment', aClient({ environment: 'nowhere' })],
  ['client_name_present', 'empty', aClient({ name: '' })],
  ['client_name_unique', 'same environment', aClient({ name: 'worklist' })],
  ['client_state_known', 'unknown state', aClient({ state: 'draft' })],
  ['client_rate_share_known', 'unknown share', aClient({ rate_share: 'all' })],
  [
    'client_return_targets_https',
    'http',
    aClient({ return_targets: ['https://a.example/x', 'http://a.example'] }),
  ],
  ['client_return_targets_https', 'user name', aClient({ return_targets: ['https://a@b.example/'] })],
  [
    'client_return_targets_https',
    'a name that begins like localhost',
    aClient({ return_targets: ['http://localhost.example/'] }),
  ],
  [
    'client_return_targets_https',
    'localhost, in prod',
    async () => {
      await connection.query(
        `INSERT INTO environment (name, kind, four_eyes) VALUES ('prod', 'authenticated', true) ON CONFLICT DO NOTHING`,
      );
      await aClient({ environment: 'prod', return_targets: ['http://localhost:8084/signed-in'] })();
    },
  ],
  ['client_workload_all_or_none', 'no subject', aClient({ workload_issuer: 'x', workload_audience: 'y' })],
  [
    'client_workload_unique',
    'same issuer and subject',
    aClient({ workload_issuer: 'i', workload_audience: 'b', workload_subject: 's' }),
  ],
  [
    'client_identity_fixed',
    'environment',
    () => connection.query(`UPDATE client SET environment = 'sandbox' WHERE id = $1`, [client]),
  ],
  ['client_grant_client_id_fkey', 'unknown client', () => grant({ client_id: none })()],
  [
    'client_grant_ods_code_fkey',
    'unknown organisation',
    () => grant({ client_id: client, ods_code: 'ZZZ' })(),
  ],
  ['client_grant_product_fkey', 'unknown product', () => grant({ client_id: client, product: 'Nothing' })()],
  [
    'client_grant_access_mode_known',
    'unknown mode',
    () => grant({ client_id: client, access_mode: 'odd', capability: null })(),
  ],
  [
    'client_grant_capability_known',
    'unknown capability',
    () => grant({ client_id: client, capability: 'odd' })(),
  ],
  [
    'client_grant_capability_iff_application_restricted',
    'missing',
    () => grant({ client_id: client, capability: null })(),
  ],
  ['client_grant_unique', 'twice', () => grant({ client_id: client })()],
  [
    'client_grant_unique',
    'no capability counts as equal',
    async () => {
      const row = { client_id: client, access_mode: 'user-restricted', capability: null };
      await grant(row)();
      await grant(row)();
    },
  ],
  ['client_credential_client_id_fkey', 'unknown client', () => credential({ client_id: none })()],
  [
    'client_credential_client_id_fkey',
    'client deleted',
    () => connection.query('DELETE FROM client WHERE id = $1', [client]),
  ],
  [
    'client_credential_pkey',
    'twice',
    () =>
      credential({ client_id: client, key_id: 'one', revoked_at: 'now' })().then(() =>
        credential({ client_id: client, key_id: 'one', revoked_at: 'now' })(),
      ),
  ],
  [
    'client_credential_key_id_format',
    'space',
    () => credential({ client_id: client, key_id: 'a b', revoked_at: 'now' })(),
  ],
  [
    'client_credential_secret_hash_format',
    'not a hash',
    () => credential({ client_id: client, secret_hash: 'secret', revoked_at: 'now' })(),
  ],
  [
    'client_credential_expires_after_creation',
    'born dead',
    () => credential({ client_id: client, expires_at: '2001-01-01' })(),
  ],
  ['client_credential_at_most_two', 'a third', () => credential({ client_id: client })()],
  [
    'client_credential_at_most_two',
    'a third, un-revoked',
    async () => {
      const { rows } = await credential({ client_id: client, revoked_at: 'now' })();
      await connection.query('UPDATE client_credential SET revoked_at = NULL WHERE key_id = $1', [
        (rows[0] as { key_id: string }).key_id,
      ]);
    },
  ],
  [
    'client_credential_at_most_two',
    'three in one statement',
    async () => {
      const id = await added('client', valid.client());
      await connection.query(
        `INSERT INTO client_credential (key_id, client_id, secret_hash, created_by, expires_at)
       SELECT 'bulk' || n, $1, repeat('a', 64), 'x', '2999-01-01' FROM generate_series(1, 3) AS n`,
        [id],
      );
    },
  ],

  ['signing_key_application_id_fkey', 'unknown application', () => signingKey({ application_id: none })()],
  [
    'signing_key_cis2_client_id_fkey',
    'unknown CIS2 client',
    () => added('signing_key', cis2Key({ cis2_client_id: none })),
  ],
  ['signing_key_one_owner', 'two owners', () => added('signing_key', cis2Key({ application_id: draft }))],
  ['signing_key_one_owner', 'no owner', () => added('signing_key', valid.signing_key())],
  [
    'signing_key_one_active_cis2',
    'a second of a CIS2 client',
    async () => {
      for (const id of [await added('signing_key', cis2Key()), await added('signing_key', cis2Key())]) {
        await advance(id, 'PUBLISHED');
        await advance(id, 'ACTIVE');
      }
    },
  ],
  [
    'signing_key_identity_fixed',
    'from an application to a CIS2 client',
    () =>
      connection.query('UPDATE signing_key SET application_id = NULL, cis2_client_id = $2 WHERE id = $1', [
        key,
        CIS2_CLIENT,
      ]),
  ],
  ['signing_key_kid_unique', 'twice', () => signingKey({ application_id: draft, kid: 'kid-a' })()],
  [
    'signing_key_kms_key_arn_unique',
    'twice',
    () => signingKey({ application_id: draft, kms_key_arn: 'arn-a' })(),
  ],
  [
    'signing_key_thumbprint_unique',
    'twice',
    () => signingKey({ application_id: draft, thumbprint: 'thumb-a' })(),
  ],
  [
    'signing_key_starts_pending',
    'born ACTIVE',
    () => signingKey({ application_id: draft, state: 'ACTIVE', published_at: 'now', activated_at: 'now' })(),
  ],
  [
    'signing_key_times',
    'published at no time',
    async () => {
      const id = await added('signing_key', valid.signing_key({ application_id: draft }));
      await connection.query(`UPDATE signing_key SET state = 'PUBLISHED' WHERE id = $1`, [id]);
    },
  ],
  [
    'signing_key_one_active',
    'a second',
    async () => {
      const id = await added('signing_key', valid.signing_key({ application_id: live }));
      await advance(id, 'PUBLISHED');
      await advance(id, 'ACTIVE');
    },
  ],
  ...['kid', 'kms_key_arn', 'thumbprint'].map((column): [string, string, () => Promise<unknown>] => [
    'signing_key_identity_fixed',
    column,
    () => connection.query(`UPDATE signing_key SET ${column} = 'other' WHERE id = $1`, [key]),
  ]),
  [
    'signing_key_identity_fixed',
    'public key',
    () =>
      connection.query(
        `UPDATE signing_key SET public_jwk = '{"kty":"RSA","n":"x","e":"AQAB"}' WHERE id = $1`,
        [key],
      ),
  ],
  [
    'signing_key_public_rsa',
    'EC',
    () => signingKey({ application_id: draft, public_jwk: '{"kty":"EC","x":"1","y":"2"}' })(),
  ],
  [
    'signing_key_public_rsa',
    'no n',
    () => signingKey({ application_id: draft, public_jwk: '{"kty":"RSA","e":"AQAB"}' })(),
  ],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member): [string, string, () => Promise<unknown>] => [
    'signing_key_no_private_member',
    member,
    () =>
      signingKey({
        application_id: draft,
        public_jwk: JSON.stringify({ kty: 'RSA', n: 'x', e: 'AQAB', [member]: 'x' }),
      })(),
  ]),

  [
    'admin_token_token_id_unique',
    'twice',
    () => adminToken({ token_id: 'same' })().then(adminToken({ token_id: 'same' })),
  ],
  ['admin_token_scopes_known', 'none', adminToken({ scopes: [] })],
  ['admin_token_scopes_known', 'unknown', adminToken({ scopes: ['registry', 'root'] })],
  ['admin_token_scopes_known', 'wall and another', adminToken({ scopes: ['wall', 'audit'] })],
  ['admin_token_wall_bounded', 'a wall link of nobody', adminToken({ scopes: ['wall'] })],
  ['admin_token_secret_hash_format', 'not a hash', adminToken({ secret_hash: 'x' })],
  ['admin_token_expires_after_creation', 'born dead', adminToken({ expires_at: '2001-01-01' })],
  [
    'assurance_floor_level_known',
    '1',
    sql(`INSERT INTO assurance_floor (ods_code, level) VALUES ('R69', 1)`),
  ],
  ['assurance_floor_one', 'a second for all', sql(`INSERT INTO assurance_floor (level) VALUES (3)`)],
  [
    'assurance_floor_ods_code_fkey',
    'unknown organisation',
    sql(`INSERT INTO assurance_floor (ods_code, level) VALUES ('ZZZ', 3)`),
  ],
  ['trail_retention_months_possible', 'none', sql(`INSERT INTO trail_retention (keep_online) VALUES (0)`)],
  [
    'trail_retention_after_keep_online',
    'destroyed while in the database',
    sql(`INSERT INTO trail_retention (keep_online, retention) VALUES (12, 11)`),
  ],
  [
    'trail_retention_after_keep_online',
    'always in the database, and destroyed',
    sql(`INSERT INTO trail_retention (retention) VALUES (11)`),
  ],
  ['trail_retention_of_deployment', 'all held', sql(`INSERT INTO trail_retention (hold) VALUES ('x')`)],
  [
    'trail_retention_of_organisation',
    'with a time of its own in the database',
    sql(`INSERT INTO trail_retention (ods_code, keep_online, hold) VALUES ('R69', 1, 'x')`),
  ],
  [
    'trail_retention_of_organisation',
    'with neither',
    sql(`INSERT INTO trail_retention (ods_code) VALUES ('R69')`),
  ],
  [
    'trail_retention_hold_length',
    'no reason',
    sql(`INSERT INTO trail_retention (ods_code, hold) VALUES ('R69', '')`),
  ],
  [
    'trail_retention_of_deployment',
    'the key of all to be destroyed',
    sql(`INSERT INTO trail_retention (destroy_key) VALUES ('x')`),
  ],
  [
    'trail_retention_destroy_key_length',
    'no reason for a destruction',
    sql(`INSERT INTO trail_retention (ods_code, destroy_key) VALUES ('R69', '')`),
  ],
  [
    'trail_retention_held',
    'held, and the key to be destroyed',
    sql(`INSERT INTO trail_retention (ods_code, hold, destroy_key) VALUES ('R69', 'x', 'y')`),
  ],
  [
    'trail_retention_destroyed_as_decided',
    'destroyed, and nobody decided it',
    () =>
      destroyKey().then(
        sql(`INSERT INTO trail_retention (ods_code, hold, key_destroyed_at) VALUES ('RCD', 'x', now())`),
      ),
  ],
  [
    'trail_retention_key_there',
    'a key that is there, said to be destroyed',
    sql(`INSERT INTO trail_retention (ods_code, destroy_key, key_destroyed_at) VALUES ('R69', 'x', now())`),
  ],
  [
    'trail_retention_final',
    'changed after the key was destroyed',
    () => destroyed().then(sql(`UPDATE trail_retention SET retention = 12 WHERE ods_code = 'RCD'`)),
  ],
  [
    'trail_retention_final',
    'deleted after the key was destroyed',
    () => destroyed().then(sql(`DELETE FROM trail_retention WHERE ods_code = 'RCD'`)),
  ],
  [
    'organisation_stays_retired',
    'in service after the key was destroyed',
    () => destroyed().then(sql(`UPDATE organisation SET state = 'active' WHERE ods_code = 'RCD'`)),
  ],
  [
    'trail_retention_ods_code_fkey',
    'unknown organisation',
    sql(`INSERT INTO trail_retention (ods_code, hold) VALUES ('ZZZ', 'x')`),
  ],
  [
    'trail_retention_once',
    'a second for all',
    () =>
      sql(`INSERT INTO trail_retention (keep_online) VALUES (12)`)().then(
        sql(`INSERT INTO trail_retention (keep_online) VALUES (24)`),
      ),
  ],
  [
    'worklist_use_application_id_fkey',
    'unknown application',
    sql(`INSERT INTO worklist_use VALUES ($1, 's', '2026-01-01', 1)`, none),
  ],
  [
    'worklist_use_not_negative',
    '-1',
    () => connection.query(`INSERT INTO worklist_use VALUES ($1, 's', '2026-01-01', -1)`, [draft]),
  ],
];
function exceptionOf(row: Row) {
  return () => exception({ application_id: live, ...row })();
}

describe('a violation of each rule is refused by the database with the name of the rule', () => {
  it.each(refused)('%s: %s', async (constraint, _why, work) => {
    expect(await refusal(work)).toBe(constraint);
  });

  describe.each(['organisation', 'product', 'message_set', 'client'] as const)('names of a %s', (table) => {
    const rowOf = (name: string): Row =>
      table === 'organisation'
        ? { ods_code: `N${(organisations += 1)}`, name }
        : table === 'client'
          ? valid.client({ name })
          : { name, ...(table === 'message_set' ? { interactions: ['A005'] } : {}) };
    let organisations = 100;
    const insertNamed =
      (name: string, by: pg.Client | pg.Pool = connection) =>
      () =>
        insert(by, table, rowOf(name));

    it.each([
      ['a zero-width space', 'Clear\u200b View'],
      ['a no-break space', 'Clear\u00a0View'],
      ['a soft hyphen', 'Clear\u00adView'],
      ['a right-to-left override', 'Clear\u202eView'],
      ['a tab', 'Clear\tView'],
      ['a tag character', 'Clear\u{e0041}View'],
      ['a variation selector', 'Clear\ufe0fView'],
      ['a filler', 'Clear\u3164View'],
      ['a braille blank', 'Clear\u2800View'],
    ])('refuse %s', async (_what, name) => {
      expect(await refusal(insertNamed(name))).toBe(`${table}_name_visible`);
    });

    it('may not differ only in case, spacing, width or alphabet, but may differ in more', async () => {
      await insertNamed(`Look Alike`)();
      for (const name of [
        'look alike',
        'LookAlike',
        'Look  Alike',
        'Ｌook Alike',
        'L\u043eok Alik\u0435',
        'Look \u0391like',
      ])
        expect(await refusal(insertNamed(name)), name).toBe(`${table}_name_distinct`);
      expect(await refusal(insertNamed('Look Alike 2'))).toBeUndefined();
    });

    it('are unique even if two are inserted at the same time', async () => {
      const pool = new pg.Pool({ connectionString: database.appUrl });
      const answers = await Promise.all(
        ['At Once', 'at once'].map((name) => refusal(insertNamed(name, pool))),
      );
      await pool.end();
      expect(answers.filter((answer) => answer !== undefined)).toEqual([`${table}_name_distinct`]);
    });

    it('that clashed before the rule stay as they are until the name changes', async () => {
      const owner = new pg.Client(database.superuserUrl);
      await owner.connect();
      await owner.query(`SET session_replication_role = 'replica'`);
      for (const name of ['Older', 'older']) await insert(owner, table, rowOf(name));
      await owner.end();
      const rename = (newName: string) => sql(`UPDATE ${table} SET name = $1 WHERE name = 'older'`, newName);
      expect(await refusal(rename('older'))).toBeUndefined();
      expect(await refusal(rename('OLDER'))).toBe(`${table}_name_distinct`);
      expect(await refusal(rename('Newer'))).toBeUndefined();
    });
  });

  it.each(['name', 'job_title', 'authority_name', 'authority_reference'])(
    'no invisible character in the %s of an appointment',
    async (column) => {
      expect(await refusal(appointment({ [column]: 'Ann \u202eExample' }))).toBe(
        'sro_appointment_texts_visible',
      );
    },
  );

  it('the database and the domain call the same characters invisible, and the same names alike', async () => {
    const { rows } = await connection.query<{ codes: number[] }>(`
      SELECT array_agg(code ORDER BY code) AS codes FROM generate_series(1, x'E0FFF'::int) AS code
      WHERE code NOT BETWEEN x'D800'::int AND x'DFFF'::int AND name_has_unseen(chr(code))`);
    const codes = Array.from({ length: 0xe0fff }, (_, at) => at + 1);
    const isUnseen = (code: number) =>
      (code < 0xd800 || code > 0xdfff) && unseenCharacter(String.fromCodePoint(code)) !== null;
    expect(rows[0]?.codes).toEqual(codes.filter(isUnseen));

    const greekAndCyrillic = Array.from({ length: 0x530 - 0x370 }, (_, at) =>
      String.fromCodePoint(0x370 + at),
    );
    const names = greekAndCyrillic.filter((letter) => /^[a-z]$/.test(nameKey(letter)));
    const keys = await connection.query<{ key: string }>(
      'SELECT name_key(name) AS key FROM unnest($1::text[]) WITH ORDINALITY AS each (name, n) ORDER BY n',
      [names],
    );
    expect(keys.rows.map(({ key }) => key)).toEqual(names.map(nameKey));
  });

  it('every rule of the database has an explanation, and there are no others', async () => {
    const { rows } = await connection.query<{ name: string }>(`
      SELECT conname AS name FROM pg_constraint c WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'u', 'f')
      UNION SELECT relname FROM pg_index i JOIN pg_class ON pg_class.oid = i.indexrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique
      UNION SELECT (regexp_matches(prosrc, $$registry_refuse\\(\\s*'([a-z0-9_]+)'$$, 'g'))[1]
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      UNION SELECT (regexp_match(pg_get_triggerdef(oid), $$name_is_distinct\\('([a-z_]+)'$$))[1] FROM pg_trigger
        WHERE tgfoid = 'name_is_distinct'::regproc
      UNION SELECT (regexp_match(pg_get_triggerdef(oid), $$texts_are_visible\\('([a-z_]+)'$$))[1] FROM pg_trigger
        WHERE tgfoid = 'texts_are_visible'::regproc
      UNION SELECT unnest(ARRAY['registry_change_append_only', 'registry_no_truncate'])`);
    const names = rows.map((row) => row.name).filter((name) => !name.startsWith('_prisma'));
    expect(names.filter((name) => !(name in constraintMessages))).toEqual([]);
    expect(Object.keys(constraintMessages).filter((name) => !names.includes(name))).toEqual([]);
    for (const { message } of Object.values(constraintMessages)) expect(message).toMatch(/\S.*\.$/);
  });

  it('every table that keeps a history is listed by who may read it, and has all three triggers', async () => {
    const { rows } = await connection.query<{ trigger: string; name: string }>(
      `SELECT tgname AS trigger, relname AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid`,
    );
    const tablesWith = (trigger: string) =>
      rows
        .filter((row) => row.trigger === trigger)
        .map(({ name }) => name)
        .toSorted();
    const recorded = tablesWith('registry_record');
    expect(recorded).toEqual([...HISTORY_TABLES, 'sro_link'].toSorted());
    for (const trigger of ['registry_lock', 'registry_no_truncate'])
      expect(tablesWith(trigger)).toEqual(expect.arrayContaining(recorded));
  });

  it('the explanation also works for the errors of Prisma', async () => {
    const prisma = createPrisma(database.appUrl);
    const change = (work: Parameters<typeof changeRegistry<unknown>>[2]) => () =>
      changeRegistry(prisma, { actor: 'test' }, work);
    try {
      const asid = '200000002454';
      const rest = {
        environmentName: 'int',
        productName: 'ReferWell',
        accessMode: 'application-restricted',
        capability: 'provider',
        jwksId: 'p'.repeat(22),
      };
      expect(await refusal(change((on) => on.application.create({ data: { ...rest, asid } })))).toBe(
        'application_asid_unique',
      );
      expect(await refusal(change((on) => on.application.create({ data: { ...rest, asid: '1' } })))).toBe(
        'application_asid_format',
      );
      expect(await refusal(change((on) => on.application.create({ data: { ...rest, state: 'live' } })))).toBe(
        'application_live_complete',
      );
      expect(
        await refusal(change((on) => on.application.create({ data: { ...rest, productName: 'x' } }))),
      ).toBe('application_product_fkey');
      expect(
        await refusal(change((on) => on.application.update({ where: { asid }, data: { productName: 'x' } }))),
      ).toBe('application_identity_fixed');
      expect(
        await refusal(change((on) => on.binding.create({ data: { applicationId: live, odsCode: 'RCD' } }))),
      ).toBe('binding_application_restricted_one_organisation');
      expect(await refusal(change((on) => on.messageSet.delete({ where: { name: 'provider-read' } })))).toBe(
        'application_message_set_message_set_name_fkey',
      );
      expect(explainDatabaseError(new Error('anything else'))).toBeNull();
    } finally {
      await prisma.$disconnect();
    }
  });

  it('lets users return to their own machine outside prod', async () => {
    const targets = ['http://localhost:8084/signed-in', 'http://127.0.0.1/', 'https://a.example/x'];
    await aClient({ name: 'on-loopback', return_targets: targets })();
  });

  it('lets an open environment go live without ASID and API key', async () => {
    await seedApplication(connection, 'R69', { environment: 'sandbox', asid: null, api_key: null });
  });
});

describe('a signing key changes state exactly as the domain says', () => {
  const pairs = SIGNING_KEY_STATES.flatMap((from) =>
    SIGNING_KEY_STATES.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  const wayTo = {
    PENDING: [],
    PUBLISHED: ['PUBLISHED'],
    ACTIVE: ['PUBLISHED', 'ACTIVE'],
    RETIRING: ['PUBLISHED', 'ACTIVE', 'RETIRING'],
    REMOVED: ['REMOVED'],
  } as const;
  it.each(pairs)('%s to %s', async (from, to) => {
    const applicationId = await added('application', valid.application());
    const id = await added('signing_key', valid.signing_key({ application_id: applicationId }));
    for (const state of wayTo[from]) await advance(id, state);
    expect(await refusal(() => advance(id, to))).toBe(
      mayBecome(from, to) ? undefined : 'signing_key_transition',
    );
  });
});

describe('the running role', () => {
  const forbidden: [string, string][] = [
    ['makes no table', 'CREATE TABLE mine ()'],
    ['deletes no signing key', 'DELETE FROM signing_key'],
    ['deletes no appointment', 'DELETE FROM sro_appointment'],
    ['deletes no exception', 'DELETE FROM write_exception'],
    ['sets no version', 'UPDATE registry_head SET version = 0'],
    ['takes no version', 'SELECT registry_next_version()'],
    [
      'forges no change',
      `INSERT INTO registry_change (version, actor, table_name, row_key) VALUES (1, 'x', 'x', 'x')`,
    ],
    ['alters no change', `UPDATE registry_change SET actor = 'x'`],
    ['deletes no change', 'DELETE FROM registry_change'],
    ['truncates nothing', 'TRUNCATE client_grant'],
    ['switches no trigger off', 'ALTER TABLE application DISABLE TRIGGER ALL'],
    ['has no replica role', `SET session_replication_role = 'replica'`],
    ['forges no migration', 'DELETE FROM _prisma_migrations'],
    ['confirms no copy', 'UPDATE database_home SET database_oid = 0'],
  ];
  it.each(forbidden)('%s', async (_what, statement) => {
    await expect(connection.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each([
    ['registry_change_append_only', `UPDATE registry_change SET actor = 'x'`],
    ['registry_change_append_only', 'DELETE FROM registry_change'],
    ['registry_change_append_only', 'TRUNCATE registry_change'],
    ['registry_no_truncate', 'TRUNCATE client_grant'],
  ])('not even the owner may: %s, %s', async (constraint, statement) => {
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    expect(await refusal(() => owner.query(statement))).toBe(constraint);
    await owner.end();
  });

  it('counts worklists without a version', async () => {
    const before = await connection.query('SELECT version FROM registry_head');
    await connection.query(`INSERT INTO worklist_use VALUES ($1, 'service', '2026-01-01', 1)`, [draft]);
    await connection.query(`UPDATE worklist_use SET uses = 2`);
    await connection.query(`DELETE FROM worklist_use`);
    expect((await connection.query('SELECT version FROM registry_head')).rows).toEqual(before.rows);
  });
});
