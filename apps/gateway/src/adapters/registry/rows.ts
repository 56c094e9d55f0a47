/** Reads the registry's tables: all of them, or the rows of some organisations, applications and clients. */
import { APPLICATION_FIELDS, DECISION_FIELDS } from '@gatehouse/domain/registry/records/application-fields';
import type { Workload } from '@gatehouse/domain/registry/records/client-fields';
import { columnsOf } from '@gatehouse/domain/registry/records/record-fields';
import type {
  MessageSetRecord,
  OrganisationRecord,
} from '@gatehouse/domain/registry/records/registry-records';
import type {
  Application,
  Cis2Client,
  Client,
  Credential,
  Grant,
  SigningKey,
  SroAppointment,
  WriteException,
} from '@gatehouse/domain/registry/registry';
import type { AssuranceLevel } from '@gatehouse/domain/users/id-token';
import type pg from 'pg';

/** What to read; null means everything. */
export interface Scope {
  readonly odsCodes: readonly string[];
  /** Besides the applications of these organisations. */
  readonly applicationIds: readonly string[];
  readonly clientIds: readonly string[];
  readonly messageSets: readonly string[];
  /** All of them or none: there are a few, one for a product in an environment. */
  readonly cis2Clients: boolean;
}

export interface BindingRow {
  readonly id: string;
  readonly applicationId: string;
  readonly odsCode: string;
}
export type ApplicationRow = Pick<Application, 'id' | 'jwksId' | (typeof DECISION_FIELDS)[number]>;
type OfApplication<T> = T & { readonly applicationId: string };
export type Cis2ClientRow = Omit<Cis2Client, 'signingKeys'>;
export type WriteExceptionRow = OfApplication<WriteException>;
export type SigningKeyRow = Omit<SigningKey, 'publicJwk'> &
  Pick<SigningKey['publicJwk'], 'n' | 'e'> & { readonly ownerId: string };
export type SroAppointmentRow = SroAppointment & { readonly odsCode: string };
export interface AssuranceFloorRow {
  /** ALL_ORGANISATIONS for the floor of those that have none of their own. */
  readonly odsCode: string;
  readonly level: AssuranceLevel;
}
export type ClientRow = Pick<Client, 'id' | 'name' | 'environment' | 'state' | 'rateShare'> & {
  readonly [K in keyof Workload]: Workload[K] | null;
};
export type GrantRow = Grant & { readonly clientId: string };

export interface RegistryRows {
  readonly organisations: readonly OrganisationRecord[];
  readonly bindings: readonly BindingRow[];
  readonly applications: readonly ApplicationRow[];
  readonly writeExceptions: readonly WriteExceptionRow[];
  readonly signingKeys: readonly SigningKeyRow[];
  readonly sroAppointments: readonly SroAppointmentRow[];
  readonly assuranceFloors: readonly AssuranceFloorRow[];
  readonly clients: readonly ClientRow[];
  readonly grants: readonly GrantRow[];
  readonly credentials: readonly Credential[];
  readonly messageSets: readonly MessageSetRecord[];
  readonly cis2Clients: readonly Cis2ClientRow[];
}

/** In place of an ODS code, which is never empty. */
export const ALL_ORGANISATIONS = '';

const ms = (column: string, as: string) => `(extract(epoch FROM ${column}) * 1000)::float8 AS "${as}"`;
const among = (column: string, type: string) => `($1::${type}[] IS NULL OR ${column} = ANY ($1::${type}[]))`;

const APPLICATION_COLUMNS = DECISION_FIELDS.filter((name) => name !== 'messageSets')
  .map((name) => `${columnsOf(name, APPLICATION_FIELDS[name]).join()} AS "${name}"`)
  .join(', ');

const signingKeysOf = (
  owner: string,
) => `SELECT ${owner} AS "ownerId", id, kid, kms_key_arn AS "kmsKeyArn", thumbprint,
      public_jwk ->> 'n' AS n, public_jwk ->> 'e' AS e, state,
      ${ms('published_at', 'publishedAtMs')}, ${ms('activated_at', 'activatedAtMs')}
    FROM signing_key WHERE ${owner} IS NOT NULL AND ${among(owner, 'uuid')} ORDER BY created_at, id`;

export const QUERIES = {
  organisations: `SELECT ods_code AS "odsCode", name, state FROM organisation WHERE ${among('ods_code', 'text')}`,
  bindings: `SELECT id, application_id AS "applicationId", ods_code AS "odsCode" FROM binding
    WHERE ${among('ods_code', 'text')} ORDER BY id`,
  applications: `SELECT id, jwks_id AS "jwksId", ${APPLICATION_COLUMNS},
      ARRAY(SELECT m.message_set_name FROM application_message_set m WHERE m.application_id = a.id ORDER BY 1)
        AS "messageSets"
    FROM application a WHERE ${among('id', 'uuid')}`,
  writeExceptions: `SELECT application_id AS "applicationId", id, interaction, use_case_reference AS "useCaseReference",
      ${ms('expires_at', 'expiresAtMs')}, ${ms('revoked_at', 'revokedAtMs')}, ${ms('cosigned_at', 'cosignedAtMs')}
    FROM write_exception WHERE ${among('application_id', 'uuid')} ORDER BY granted_at, id`,
  signingKeys: signingKeysOf('application_id'),
  sroAppointments: `SELECT ods_code AS "odsCode", id, environments, ${ms('accepted_at', 'acceptedAtMs')},
      ${ms('withdrawn_at', 'withdrawnAtMs')}, to_char(starts_on, 'YYYY-MM-DD') AS "startsOn", to_char(review_due_on, 'YYYY-MM-DD') AS "reviewDueOn",
      grace_days AS "graceDays"
    FROM sro_appointment WHERE ${among('ods_code', 'text')} ORDER BY appointed_at, id`,
  assuranceFloors: `SELECT coalesce(ods_code, '${ALL_ORGANISATIONS}') AS "odsCode", level FROM assurance_floor
    WHERE ${among(`coalesce(ods_code, '${ALL_ORGANISATIONS}')`, 'text')}`,
  clients: `SELECT id, name, environment, state, rate_share AS "rateShare", workload_issuer AS issuer, workload_audience AS audience,
      workload_subject AS subject FROM client WHERE ${among('id', 'uuid')}`,
  grants: `SELECT client_id AS "clientId", ods_code AS "odsCode", product, access_mode AS "accessMode", capability
    FROM client_grant WHERE ${among('client_id', 'uuid')} ORDER BY ods_code, product, access_mode, capability`,
  credentials: `SELECT key_id AS "keyId", client_id AS "clientId", secret_hash AS "secretHash",
      ${ms('expires_at', 'expiresAtMs')}, ${ms('revoked_at', 'revokedAtMs')}
    FROM client_credential WHERE ${among('client_id', 'uuid')}`,
  messageSets: `SELECT name, interactions FROM message_set WHERE ${among('name', 'text')}`,
  cis2Clients: `SELECT id, environment, product, registered_client_id AS "clientId", auth,
      signing_algorithm AS "signingAlgorithm", state, jwks_id AS "jwksId"
    FROM cis2_client WHERE ${among('id', 'uuid')}`,
  cis2SigningKeys: signingKeysOf('cis2_client_id'),
} as const;

/** Reads in the transaction that `client` has open, so that all rows are of one version. */
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
  const cis2ClientIds = scope === null || scope.cis2Clients ? null : [];
  return {
    bindings,
    organisations: await read('organisations', odsCodes),
    sroAppointments: await read('sroAppointments', odsCodes),
    assuranceFloors: await read('assuranceFloors', odsCodes && [...odsCodes, ALL_ORGANISATIONS]),
    applications: await read('applications', applicationIds),
    writeExceptions: await read('writeExceptions', applicationIds),
    signingKeys: [
      ...(await read<SigningKeyRow>('signingKeys', applicationIds)),
      ...(await read<SigningKeyRow>('cis2SigningKeys', cis2ClientIds)),
    ],
    cis2Clients: await read('cis2Clients', cis2ClientIds),
    clients: await read('clients', clientIds),
    grants: await read('grants', clientIds),
    credentials: await read('credentials', clientIds),
    messageSets: await read('messageSets', scope?.messageSets ?? null),
  };
}
