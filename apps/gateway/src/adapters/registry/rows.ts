/** Reads the registry's tables: all of them, or the rows of some organisations, applications and clients. */
import type {
  Capability,
  AccessMode,
  ApplicationState,
  ClientState,
  OrganisationState,
} from '@gatehouse/domain/registry/records/vocabulary';
import type { SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import type pg from 'pg';

/** What to read; null means everything. */
export interface Scope {
  readonly odsCodes: readonly string[];
  /** Besides the applications of these organisations. */
  readonly applicationIds: readonly string[];
  readonly clientIds: readonly string[];
  readonly messageSets: readonly string[];
}

export interface OrganisationRow {
  readonly odsCode: string;
  readonly name: string;
  readonly state: OrganisationState;
}
export interface BindingRow {
  readonly id: string;
  readonly applicationId: string;
  readonly odsCode: string;
}
export interface ApplicationRow {
  readonly id: string;
  readonly environment: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly state: ApplicationState;
  readonly asid: string | null;
  readonly apiKey: string | null;
  readonly apimApplicationId: string | null;
  readonly jwksId: string;
  readonly messageSets: readonly string[];
}
export interface WriteExceptionRow {
  readonly applicationId: string;
  readonly id: string;
  readonly interaction: string;
  readonly useCaseReference: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  readonly cosignedAtMs: number | null;
}
export interface SigningKeyRow {
  readonly applicationId: string;
  readonly id: string;
  readonly kid: string;
  readonly kmsKeyArn: string;
  readonly thumbprint: string;
  readonly n: string;
  readonly e: string;
  readonly state: SigningKeyState;
  readonly publishedAtMs: number | null;
  readonly activatedAtMs: number | null;
}
export interface SroAppointmentRow {
  readonly odsCode: string;
  readonly id: string;
  readonly environments: readonly string[];
  readonly acceptedAtMs: number | null;
  readonly withdrawnAtMs: number | null;
  readonly startsOn: string | null;
  readonly reviewDueOn: string;
  readonly graceDays: number;
}
export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly state: ClientState;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly subject: string | null;
}
export interface GrantRow {
  readonly clientId: string;
  readonly odsCode: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
}
export interface CredentialRow {
  readonly keyId: string;
  readonly clientId: string;
  readonly secretHash: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}
export interface MessageSetRow {
  readonly name: string;
  readonly interactions: readonly string[];
}

export interface RegistryRows {
  readonly organisations: readonly OrganisationRow[];
  readonly bindings: readonly BindingRow[];
  readonly applications: readonly ApplicationRow[];
  readonly writeExceptions: readonly WriteExceptionRow[];
  readonly signingKeys: readonly SigningKeyRow[];
  readonly sroAppointments: readonly SroAppointmentRow[];
  readonly clients: readonly ClientRow[];
  readonly grants: readonly GrantRow[];
  readonly credentials: readonly CredentialRow[];
  readonly messageSets: readonly MessageSetRow[];
}

const ms = (column: string, as: string) => `(extract(epoch FROM ${column}) * 1000)::float8 AS "${as}"`;
const among = (column: string, type: string) => `($1::${type}[] IS NULL OR ${column} = ANY ($1::${type}[]))`;

export const QUERIES = {
  organisations: `SELECT ods_code AS "odsCode", name, state FROM organisation WHERE ${among('ods_code', 'text')}`,
  bindings: `SELECT id, application_id AS "applicationId", ods_code AS "odsCode" FROM binding
    WHERE ${among('ods_code', 'text')} ORDER BY id`,
  applications: `SELECT id, environment, product, access_mode AS "accessMode", capability, state, asid,
      api_key AS "apiKey", apim_application_id AS "apimApplicationId", jwks_id AS "jwksId",
      ARRAY(SELECT m.message_set_name FROM application_message_set m WHERE m.application_id = a.id ORDER BY 1)
        AS "messageSets"
    FROM application a WHERE ${among('id', 'uuid')}`,
  writeExceptions: `SELECT application_id AS "applicationId", id, interaction, use_case_reference AS "useCaseReference",
      ${ms('expires_at', 'expiresAtMs')}, ${ms('revoked_at', 'revokedAtMs')}, ${ms('cosigned_at', 'cosignedAtMs')}
    FROM write_exception WHERE ${among('application_id', 'uuid')} ORDER BY granted_at, id`,
  signingKeys: `SELECT application_id AS "applicationId", id, kid, kms_key_arn AS "kmsKeyArn", thumbprint,
      public_jwk ->> 'n' AS n, public_jwk ->> 'e' AS e, state,
      ${ms('published_at', 'publishedAtMs')}, ${ms('activated_at', 'activatedAtMs')}
    FROM signing_key WHERE ${among('application_id', 'uuid')} ORDER BY created_at, id`,
  sroAppointments: `SELECT ods_code AS "odsCode", id, environments, ${ms('accepted_at', 'acceptedAtMs')},
      ${ms('withdrawn_at', 'withdrawnAtMs')}, to_char(starts_on, 'YYYY-MM-DD') AS "startsOn", to_char(review_due_on, 'YYYY-MM-DD') AS "reviewDueOn",
      grace_days AS "graceDays"
    FROM sro_appointment WHERE ${among('ods_code', 'text')} ORDER BY appointed_at, id`,
  clients: `SELECT id, name, environment, state, workload_issuer AS issuer, workload_audience AS audience,
      workload_subject AS subject FROM client WHERE ${among('id', 'uuid')}`,
  grants: `SELECT client_id AS "clientId", ods_code AS "odsCode", product, access_mode AS "accessMode", capability
    FROM client_grant WHERE ${among('client_id', 'uuid')} ORDER BY ods_code, product, access_mode, capability`,
  credentials: `SELECT key_id AS "keyId", client_id AS "clientId", secret_hash AS "secretHash",
      ${ms('expires_at', 'expiresAtMs')}, ${ms('revoked_at', 'revokedAtMs')}
    FROM client_credential WHERE ${among('client_id', 'uuid')}`,
  messageSets: `SELECT name, interactions FROM message_set WHERE ${among('name', 'text')}`,
} as const;

/** Reads within the transaction that `client` has open, so that all rows are of one version. */
export async function readRows(client: pg.ClientBase, scope: Scope | null): Promise<RegistryRows> {
  return rowsBy(async <Row extends object>(name: QueryName, keys: readonly string[] | null) => {
    return keys?.length === 0 ? [] : (await client.query<Row>(QUERIES[name], [keys])).rows;
  }, scope);
}

export type QueryName = keyof typeof QUERIES;
type Read = <Row extends object>(name: QueryName, keys: readonly string[] | null) => Promise<Row[]>;

/** All rows of a scope, wherever `read` takes them from. */
export async function rowsBy(read: Read, scope: Scope | null): Promise<RegistryRows> {
  const odsCodes = scope?.odsCodes ?? null;
  const clientIds = scope?.clientIds ?? null;
  const bindings = await read<BindingRow>('bindings', odsCodes);
  const applicationIds = scope && [
    ...new Set([...scope.applicationIds, ...bindings.map((row) => row.applicationId)]),
  ];
  return {
    bindings,
    organisations: await read('organisations', odsCodes),
    sroAppointments: await read('sroAppointments', odsCodes),
    applications: await read('applications', applicationIds),
    writeExceptions: await read('writeExceptions', applicationIds),
    signingKeys: await read('signingKeys', applicationIds),
    clients: await read('clients', clientIds),
    grants: await read('grants', clientIds),
    credentials: await read('credentials', clientIds),
    messageSets: await read('messageSets', scope?.messageSets ?? null),
  };
}
