/** Rows for registry tests, inserted with plain SQL so that the test is of the database's own rules. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
let serial = 0;
const next = () => (serial += 1);

/** A valid row of each table; tests spoil one value. */
export const valid = {
  application: (row: Row = {}): Row => ({
    id: randomUUID(),
    environment: 'int',
    product: 'ReferWell',
    access_mode: 'application-restricted',
    capability: 'provider',
    state: 'draft',
    asid: String(200_000_000_000 + next()),
    api_key: `api-key-${String(next()).padStart(12, '0')}`,
    jwks_id: randomBytes(16).toString('base64url'),
    ...row,
  }),
  sro_appointment: (row: Row = {}): Row => ({
    id: randomUUID(),
    ods_code: 'R69',
    environments: ['int'],
    name: 'Ann Example',
    email: 'ann@example.nhs.uk',
    job_title: 'Chief Clinical Information Officer',
    spine_user_id: '555073103100',
    authority_name: 'Bob Example',
    authority_reference: 'CIO/1',
    authority_date: '2026-01-02',
    authority_document_sha256: sha('document'),
    review_due_on: '2027-01-02',
    appointed_by: 'governance',
    ...row,
  }),
  write_exception: (row: Row = {}): Row => ({
    id: randomUUID(),
    interaction: 'A013',
    use_case_reference: 'UC-1',
    expires_at: '2999-01-01',
    granted_by: 'governance',
    ...row,
  }),
  client: (row: Row = {}): Row => ({
    id: randomUUID(),
    name: `client-${next()}`,
    environment: 'int',
    ...row,
  }),
  client_grant: (row: Row = {}): Row => ({
    ods_code: 'R69',
    product: 'ReferWell',
    access_mode: 'application-restricted',
    capability: 'provider',
    ...row,
  }),
  cis2_client: (row: Row = {}): Row => ({
    environment: 'int',
    product: 'ReferWell',
    registered_client_id: `cis2-${next()}`,
    auth: 'private_key_jwt',
    jwks_id: randomBytes(16).toString('base64url'),
    ...row,
  }),
  client_credential: (row: Row = {}): Row => ({
    key_id: `key${next()}`,
    secret_hash: sha(`secret ${next()}`),
    created_by: 'registry',
    expires_at: '2999-01-01',
    ...row,
  }),
  signing_key: (row: Row = {}): Row => ({
    id: randomUUID(),
    kid: `kid-${next()}`,
    kms_key_arn: `arn:aws:kms:eu-west-2:000000000000:key/${next()}`,
    public_jwk: JSON.stringify({ kty: 'RSA', n: 'AQAB', e: 'AQAB' }),
    thumbprint: `thumb-${next()}`,
    ...row,
  }),
  admin_token: (row: Row = {}): Row => ({
    token_id: `token${next()}`,
    label: 'first',
    secret_hash: sha(`admin ${next()}`),
    scopes: ['registry'],
    created_by: 'bootstrap',
    expires_at: '2999-01-01',
    ...row,
  }),
} as const;

/** Inserts one row. */
export function insert(client: pg.ClientBase | pg.Pool, table: string, row: Row): Promise<pg.QueryResult> {
  const names = Object.keys(row);
  const places = names.map((_, at) => `$${at + 1}`);
  return client.query(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
    Object.values(row),
  );
}

/** Inserts environments `int` and `sandbox`, organisations R69 and RCD, product ReferWell, and one message set. */
export async function seedBasics(client: pg.ClientBase | pg.Pool): Promise<void> {
  await client.query(`
    INSERT INTO environment (name, kind, four_eyes)
      VALUES ('int', 'authenticated', false), ('sandbox', 'open', false);
    INSERT INTO organisation (ods_code, name) VALUES ('R69', 'Example NHS Trust'), ('RCD', 'Other NHS Trust');
    INSERT INTO product (name) VALUES ('ReferWell');
    INSERT INTO message_set (name, interactions) VALUES ('provider-read', ARRAY['A005', 'A008']);
  `);
}

/** Inserts a live application with one binding and the message set of `seedBasics`. */
export async function seedApplication(
  client: pg.ClientBase | pg.Pool,
  odsCode: string,
  row: Row = {},
): Promise<{ readonly applicationId: string; readonly bindingId: string }> {
  const application = valid.application({ state: 'live', ...row });
  const applicationId = String(application.id);
  const bindingId = randomUUID();
  await insert(client, 'application', application);
  await insert(client, 'binding', { id: bindingId, application_id: applicationId, ods_code: odsCode });
  await insert(client, 'application_message_set', {
    application_id: applicationId,
    message_set_name: 'provider-read',
  });
  return { applicationId, bindingId };
}

/** The columns of a senior responsible owner that a test of something else doesn't care about. */
export function sroAppointment(appointedAt: Date) {
  return {
    environments: ['int'],
    name: 'Sam Owner',
    email: 'sam@example.org',
    jobTitle: 'Director',
    spineUserId: '555012345678',
    authorityName: 'Chris',
    authorityReference: 'CIO/1',
    authorityDate: appointedAt,
    authorityDocumentSha256: 'a'.repeat(64),
    appointedBy: 'test',
    appointedAt,
  };
}
