/**
 * The only reader of the environment: one schema, read once, frozen. Start-up lists every wrong or missing setting
 * at once. `.env.example` is checked against `SETTINGS`.
 */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { parseRoleRule, roleRule, type RoleRule } from '@gatehouse/domain/governance/staff-roles';
import type { SessionLimits } from '@gatehouse/domain/users/session-life';
import type { RejectionLimits } from '@gatehouse/domain/policy/rejections';
import { z } from 'zod';
import { STREAM_FORMATS, type StreamFormat } from '../adapters/audit/stream/format.js';
import { SECRET_METHODS, type SecretMethod } from '../adapters/people/openid/client-authentication.js';
import type { KmsOptions } from '../adapters/kms/kms.js';
import { httpsFault } from '../adapters/outbound/public-https.js';
import type { OutboundProxy } from '../adapters/outbound/outbound-proxy.js';
import type { BucketOptions } from '../adapters/outbound/s3-client.js';
import { type Environment, readEnvironments } from './environments.js';
import { leaseFaults } from './lease.js';
import { productionFaults } from './production.js';
import { proxyRangeFault } from './proxy-ranges.js';

const listen = z.string().transform((value, context) => {
  const match = /^(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(?<port>[0-9]{1,5})$/.exec(value);
  const port = Number(match?.groups?.['port']);
  if (match?.groups === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'must be host:port' });
    return z.NEVER;
  }
  return { host: (match.groups['host'] ?? '').replace(/^\[|\]$/g, ''), port };
});
const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/, error: 'must be a postgresql:// URL' });
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(600_000).default(fallback);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Empty: none is declared. */
const proxyRanges = list.superRefine((ranges, context) => {
  const faults = new Set(ranges.map(proxyRangeFault).filter((fault) => fault !== null));
  for (const message of faults) context.addIssue({ code: 'custom', message });
});

const ROLES = ['partner', 'public', 'admin', 'worker'] as const;
export type Role = (typeof ROLES)[number];
const roles = list.pipe(z.array(z.enum(ROLES)).min(1));

/** `group=role` in a list, or a JSON object for groups whose names hold spaces, commas or equals signs. */
const roleRules = z.string().transform((text, context) => {
  const rules = text.trim().startsWith('{') ? rulesOfObject(text) : rulesOfList(text);
  for (const [name, rule] of rules)
    if (rule === null) context.addIssue({ code: 'custom', message: `${name}: ${ROLE_RULE}` });
  return rules.flatMap(([, rule]) => (rule === null ? [] : [rule]));
});

const ROLE_RULE =
  'must be group=role or group=role@R69+RCD, or all of it a JSON object {"group name":"role"}';

function rulesOfList(text: string): [string, RoleRule | null][] {
  return list.parse(text).map((rule) => [rule, parseRoleRule(rule)]);
}

function rulesOfObject(text: string): [string, RoleRule | null][] {
  const groups = z.record(z.string(), z.string()).safeParse(jsonOf(text)).data;
  if (groups === undefined) return [['the map of roles', null]];
  return Object.entries(groups).map(([group, grant]) => [group, roleRule(group, grant)]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Folders as file: URLs, and buckets. */
const PLACE = /^(file:\/\/\/[^/]|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/|$))/;
const checkpointPlaces = list.superRefine((places, context) => {
  if (places.every((place) => URL.canParse(place) && PLACE.test(place))) return;
  context.addIssue({
    code: 'custom',
    message: 'must be s3://bucket/prefix or file:///path/to/folder, or a list of these',
  });
});

/** The folder of one region, in which CloudTrail makes a folder for each year. */
const CLOUDTRAIL =
  /^(file:\/\/\/[^/]|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(.+\/)?CloudTrail\/[a-z0-9-]+\/?$)/;
const cloudTrail = z
  .string()
  .refine(
    (place) => URL.canParse(place) && CLOUDTRAIL.test(place),
    'must be s3://bucket/prefix/AWSLogs/account/CloudTrail/region or file:///path/to/folder: the folder that has one for each year',
  );

/** The host stands in the setting alone, so that it is the one that is listed. */
const streamPlace = z.string().superRefine((place, context) => {
  const fault = /^file:\/\/\/[^/]/.test(place) && URL.canParse(place) ? null : httpsFault(place);
  if (fault !== null)
    context.addIssue({
      code: 'custom',
      message: `must be https://host/path or file:///path/to/folder: ${fault}`,
    });
});

const outboundProxy = z
  .url({ protocol: /^http$/, error: 'must be an http:// URL: TLS goes through the proxy, and not to it' })
  .transform((url) => new URL(url))
  .refine(
    ({ pathname, search }) => pathname === '/' && search === '',
    'must be http://host:port, without a path',
  );

/** Names of hosts, in lower case. */
const hosts = list
  .transform((names) => names.map((name) => name.toLowerCase()))
  .pipe(
    z.array(
      z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/, 'must be host names'),
    ),
  );

/** The base URL of an OpenTelemetry collector. */
const collector = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).refine((url) => {
  // What is no URL has its own words.
  if (!URL.canParse(url)) return true;
  const { username, password, search, hash } = new URL(url);
  return username + password + search + hash === '';
}, 'must have no user name, query or fragment: secrets belong in GATEHOUSE_OTLP_HEADERS');

/** `name=value` in a list, as OTEL_EXPORTER_OTLP_HEADERS has them. */
const headerList = z.string().transform((text, context) => {
  const headers = list
    .parse(text)
    .map((header) => /^([A-Za-z0-9-]+)=([\x21-\x7e][\x20-\x7e]*)$/.exec(header));
  if (headers.includes(null)) context.addIssue({ code: 'custom', message: 'must be name=value,name=value' });
  return Object.fromEntries(headers.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
});

const file = z.string().min(1);

/** Name of the environment variable → what it must be. */
export const SETTINGS = {
  DATABASE_URL: postgresUrl,
  /** Used by `gatehouse migrate` alone; the gateway ignores it. */
  DATABASE_OWNER_URL: postgresUrl.optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  HTTPS_PROXY: outboundProxy.optional(),
  NO_PROXY: z
    .string()
    .transform((hosts) => hosts.split(/[,\s]+/).filter((host) => host !== ''))
    .optional(),
  AWS_REGION: z.string().min(1).default('eu-west-2'),
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_ENDPOINT_URL_KMS: z.url().optional(),
  AWS_ENDPOINT_URL_S3: z.url().optional(),
  GATEHOUSE_AUDIT_KMS_KEY: z.string().min(1),
  GATEHOUSE_CHECKPOINT_KMS_KEY: z.string().min(1).optional(),
  GATEHOUSE_CHECKPOINTS: checkpointPlaces.optional(),
  GATEHOUSE_AUDIT_STREAM: streamPlace.optional(),
  GATEHOUSE_AUDIT_STREAM_FORMAT: z.enum(STREAM_FORMATS).default('records'),
  GATEHOUSE_AUDIT_STREAM_HEADERS: headerList.optional(),
  GATEHOUSE_CLOUDTRAIL: cloudTrail.optional(),
  GATEHOUSE_EVIDENCE_KMS_KEY: z.string().min(1).optional(),
  GATEHOUSE_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  GATEHOUSE_PARTNER_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  GATEHOUSE_CONSOLE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .default('http://localhost:8081'),
  GATEHOUSE_STAFF_ISSUER: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  GATEHOUSE_STAFF_CLIENT_ID: z.string().min(1).default('gatehouse'),
  GATEHOUSE_STAFF_CLIENT_SECRET: z.string().min(1).optional(),
  GATEHOUSE_STAFF_CLIENT_KMS_KEY: z.string().min(1).optional(),
  GATEHOUSE_STAFF_CLIENT_AUTH: z.enum(SECRET_METHODS).optional(),
  GATEHOUSE_STAFF_ACR: list.pipe(z.array(z.string()).min(1)).optional(),
  GATEHOUSE_STAFF_MAX_AGE_MINUTES: z.coerce.number().int().min(1).max(1_440).optional(),
  GATEHOUSE_STAFF_ROLES_CLAIM: z.string().min(1).default('groups'),
  GATEHOUSE_STAFF_ROLES: roleRules.optional(),
  GATEHOUSE_USER_SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).max(15).default(15),
  GATEHOUSE_USER_SESSION_HOURS: z.coerce.number().int().min(1).max(12).default(12),
  GATEHOUSE_PROBE_HOURS: z.coerce.number().int().min(0).max(168).default(6),
  GATEHOUSE_SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtps:// or smtp:// URL' }).optional(),
  GATEHOUSE_SMTP_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\r\n]* <[^<>@\s]+@[A-Za-z0-9.-]+>|[^<>@\s]+@[A-Za-z0-9.-]+)$/,
      'must be name@host or Name <name@host>',
    )
    .optional(),
  GATEHOUSE_WEBHOOK_HOSTS: hosts.optional(),
  GATEHOUSE_TOKEN_SIGN_IN_DAYS: z.coerce.number().int().min(1).max(366).default(30),
  GATEHOUSE_ENVIRONMENTS: file.optional(),
  GATEHOUSE_SERVES: list.optional(),
  GATEHOUSE_ROLES: roles.default([...ROLES]),
  GATEHOUSE_PARTNER_HOSTS: list.optional(),
  GATEHOUSE_PARTNER_LISTEN: listen.default({ host: '127.0.0.1', port: 8080 }),
  GATEHOUSE_ADMIN_LISTEN: listen.default({ host: '127.0.0.1', port: 8081 }),
  GATEHOUSE_PUBLIC_LISTEN: listen.default({ host: '127.0.0.1', port: 8082 }),
  GATEHOUSE_STATUS_LISTEN: listen.default({ host: '127.0.0.1', port: 8083 }),
  GATEHOUSE_TLS_CERT: file.optional(),
  GATEHOUSE_TLS_KEY: file.optional(),
  GATEHOUSE_PARTNER_CLIENT_CA: file.optional(),
  GATEHOUSE_TLS_TERMINATED_BY: proxyRanges.optional(),
  GATEHOUSE_KEEP_ALIVE_MS: milliseconds(10_000),
  GATEHOUSE_OTLP_ENDPOINT: collector.optional(),
  GATEHOUSE_OTLP_METRICS_ENDPOINT: collector.optional(),
  GATEHOUSE_OTLP_METRICS_SECONDS: z.coerce.number().int().min(2).max(300).default(60),
  GATEHOUSE_OTLP_HEADERS: headerList.optional(),
  GATEHOUSE_TRACE_RATIO: z.coerce.number().min(0).max(1).default(0.1),
  GATEHOUSE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  GATEHOUSE_AUDIT_COMMIT_MS: milliseconds(2_000),
  GATEHOUSE_KMS_MS: milliseconds(3_000),
  GATEHOUSE_CONNECT_MS: milliseconds(2_000),
  GATEHOUSE_TOKEN_MS: milliseconds(10_000),
  GATEHOUSE_READ_HEADERS_MS: milliseconds(30_000),
  GATEHOUSE_BODY_STALL_MS: milliseconds(30_000),
  GATEHOUSE_TOTAL_MS: milliseconds(185_000),
  GATEHOUSE_DRAIN_MS: milliseconds(200_000),
  GATEHOUSE_DRAIN_GRACE_MS: z.coerce.number().int().min(0).max(60_000).default(5_000),
  GATEHOUSE_SNAPSHOT_MAX_AGE_MS: milliseconds(5_000),
  GATEHOUSE_KEY_POLL_MS: milliseconds(60_000),
  GATEHOUSE_RATE_QUEUE_MS: z.coerce.number().int().min(0).max(10_000).default(2_000),
  GATEHOUSE_MAX_CONNECTIONS: z.coerce.number().int().min(1).default(10_000),
  GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(1_000),
  GATEHOUSE_BUFFERED_BODIES_MIB: z.coerce.number().int().min(16).default(256),
  GATEHOUSE_RECORDED_REJECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(100),
  GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT: z.coerce.number().int().min(1).default(10),
  GATEHOUSE_MAX_AUDIT_QUEUE: z.coerce.number().int().min(1).default(1_024),
  GATEHOUSE_MAX_LAG_MS: milliseconds(500),
  GATEHOUSE_DATABASE_MAX_MIB: z.coerce.number().int().min(1).optional(),
} as const;

export const settingNames = Object.keys(SETTINGS) as readonly (keyof typeof SETTINGS)[];

const schema = z.object(SETTINGS);
type Settings = z.infer<typeof schema>;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  readonly databaseUrl: string;
  /** Where the queue of background jobs is; null: in PostgreSQL. */
  readonly redisUrl: string | null;
  /** The HTTP proxy through which https goes out; null: none. */
  readonly proxy: OutboundProxy | null;
  readonly kms: KmsOptions;
  readonly auditKmsKey: string;
  /** The key that signs evidence packs; null: none are made. */
  readonly evidenceKmsKey: string | null;
  /** The key that signs checkpoints of the audit trail, and where they are stored; null: none are made. */
  readonly checkpoints: {
    readonly kmsKey: string;
    readonly places: readonly string[];
    readonly s3: BucketOptions;
  } | null;
  /** What takes the audit trail as it is written: an https: or a file: URL; null: nothing does. */
  readonly auditStream: {
    readonly place: string;
    readonly format: StreamFormat;
    readonly headers: Readonly<Record<string, string>>;
  } | null;
  /** Where CloudTrail delivers the log of KMS, which is compared with the audit trail; null: nobody compares it. */
  readonly cloudTrail: { readonly place: string; readonly s3: BucketOptions } | null;
  readonly publicUrl: string;
  /** Where callers reach the partner listener, for people to copy; null: it is not set. */
  readonly partnerUrl: string | null;
  /** How staff are notified. */
  readonly notices: {
    /** Null: nobody gets an email. */
    readonly mail: { readonly url: string; readonly from: string } | null;
    /** Hosts that webhooks may lead to; null: there are no webhooks. */
    readonly webhookHosts: ReadonlySet<string> | null;
  };
  /** Where browsers reach the admin listener: scheme, host and port. */
  readonly consoleOrigin: string;
  /** Where staff sign in; null: nobody can, and there are tokens alone. */
  readonly staff: StaffSignIn | null;
  /** How long users stay signed in. */
  readonly userSessions: SessionLimits;
  /** After which NHS England is asked about an application again, ms; null: only when a person asks. */
  readonly probeEveryMs: number | null;
  /** A personal token of the admin API works while its owner's last sign-in is at most so old. */
  readonly tokenSignInDays: number;
  /** Environments this deployment serves, by name. */
  readonly environments: ReadonlyMap<string, Environment>;
  readonly roles: ReadonlySet<Role>;
  readonly listen: {
    readonly partner: Listen;
    readonly admin: Listen;
    readonly public: Listen;
    readonly status: Listen;
  };
  /** Names, in lower case, that the partner listener answers for; null: all. */
  readonly partnerHosts: ReadonlySet<string> | null;
  readonly tls: {
    readonly cert: string;
    readonly key: string;
    readonly partnerClientCa: string | undefined;
  } | null;
  /** Address ranges of a proxy that terminates TLS in front; empty if none is declared. */
  readonly tlsTerminatedBy: readonly string[];
  /** How long the admin and public listeners keep a connection on which nothing comes. */
  readonly keepAliveMs: number;
  readonly logLevel: Settings['GATEHOUSE_LOG_LEVEL'];
  /** Where traces of requests are exported to; null: nothing is traced. */
  readonly tracing: {
    /** Base URL of an OpenTelemetry collector. */
    readonly endpoint: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Of requests whose caller doesn't trace them, from 0 to 1. */
    readonly ratio: number;
  } | null;
  /** Where metrics are exported to, besides /metrics; null: nowhere. */
  readonly metricExport: {
    /** Base URL of an OpenTelemetry collector. */
    readonly endpoint: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly everyMs: number;
  } | null;
  readonly budgets: {
    readonly auditCommitMs: number;
    readonly connectMs: number;
    readonly tokenMs: number;
    readonly readHeadersMs: number;
    readonly bodyStallMs: number;
    readonly totalMs: number;
    readonly drainMs: number;
    readonly drainGraceMs: number;
    readonly snapshotMaxAgeMs: number;
    readonly keyPollMs: number;
    readonly rateQueueMs: number;
  };
  /** Above these, rejections are recorded as counts. */
  readonly rejections: RejectionLimits;
  readonly limits: {
    readonly connections: number;
    readonly connectionsPerAddress: number;
    readonly auditQueue: number;
    /** What the bodies of all requests together may take in memory. */
    readonly bufferedBytes: number;
    /** Above this delay of the event loop, requests are refused. */
    readonly lagMs: number;
    /** What the volume of PostgreSQL has for this database; null: not known. */
    readonly databaseBytes: number | null;
  };
}

export interface StaffSignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** The KMS key with which the client authenticates instead of a secret. */
  readonly clientKmsKey: string | undefined;
  /** How to authenticate with the secret; undefined: as the provider's discovery document says. */
  readonly clientAuth: SecretMethod | undefined;
  /** Ways of authentication of which the provider must confirm one; none: any. */
  readonly acr: readonly string[];
  /** How long ago a person may have authenticated at their provider; null: at any time. */
  readonly maxAgeS: number | null;
  /** The claim that holds groups or roles, or the path to it: `realm_access.roles`. */
  readonly rolesClaim: string;
  readonly roleRules: readonly RoleRule[];
}

/** Every fault of the settings at once; `message` is one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`wrong or missing settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** @throws ConfigError */
export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env): Config {
  const known = new Set<string>(settingNames);
  // An empty value means "not set", as in most shells and container files.
  const given = Object.fromEntries(
    Object.entries(withUpperCaseProxy(variables)).filter(([, value]) => value !== undefined && value !== ''),
  );
  const faults = Object.keys(given)
    .filter((name) => name.startsWith('GATEHOUSE_') && !known.has(name) && !CLI_SETTINGS.has(name))
    .map((name) => `${name}: not a setting of Gatehouse`);
  const parsed = checkShape(schema, given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    faults.push(`${name}: ${name in given ? issue.message : 'is required'}`);
  }
  const { environments, faults: fileFaults } = readEnvironments(given['GATEHOUSE_ENVIRONMENTS']);
  faults.push(...fileFaults.map((fault) => `GATEHOUSE_ENVIRONMENTS: ${fault}`));
  const served = servedEnvironments(given['GATEHOUSE_SERVES'], environments, faults);
  faults.push(...pairFaults(given), ...productionFaults(given, served));
  if (parsed.success) faults.push(...leaseFaults(parsed.data));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(toConfig(parsed.data, served));
}

/** Many systems set these two in lower case, and that form has precedence as it has in curl. */
function withUpperCaseProxy(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return {
    ...variables,
    HTTPS_PROXY: variables['https_proxy'] || variables['HTTPS_PROXY'],
    NO_PROXY: variables['no_proxy'] || variables['NO_PROXY'],
  };
}

/** Read by the command line and the start script, which share the shell with the gateway. */
const CLI_SETTINGS = new Set(['GATEHOUSE_ADMIN_URL', 'GATEHOUSE_ADMIN_TOKEN']);

/** By default everything known but `prod`, which has to be named. */
function servedEnvironments(
  named: string | undefined,
  known: ReadonlyMap<string, Environment>,
  faults: string[],
): ReadonlyMap<string, Environment> {
  const names = named === undefined ? [...known.keys()].filter((name) => name !== 'prod') : list.parse(named);
  const served = new Map<string, Environment>();
  for (const name of names) {
    const environment = known.get(name);
    if (environment === undefined) faults.push(`GATEHOUSE_SERVES: there is no environment ${name}`);
    else served.set(name, environment);
  }
  return served;
}

/** Settings that would silently do nothing beside each other. */
function pairFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  const has = (name: string): boolean => given[name] !== undefined;
  const faults: string[] = [];
  if (has('GATEHOUSE_TLS_CERT') !== has('GATEHOUSE_TLS_KEY')) {
    faults.push('GATEHOUSE_TLS_CERT, GATEHOUSE_TLS_KEY: give both or neither');
  }
  if (has('GATEHOUSE_STAFF_CLIENT_KMS_KEY') && has('GATEHOUSE_STAFF_CLIENT_SECRET')) {
    faults.push('GATEHOUSE_STAFF_CLIENT_SECRET, GATEHOUSE_STAFF_CLIENT_KMS_KEY: give one of the two');
  }
  if (has('GATEHOUSE_CHECKPOINT_KMS_KEY') !== has('GATEHOUSE_CHECKPOINTS')) {
    faults.push('GATEHOUSE_CHECKPOINT_KMS_KEY, GATEHOUSE_CHECKPOINTS: give both or neither');
  }
  if (has('GATEHOUSE_SMTP_URL') !== has('GATEHOUSE_SMTP_FROM')) {
    faults.push('GATEHOUSE_SMTP_URL, GATEHOUSE_SMTP_FROM: give both or neither');
  }
  const hasCollector = has('GATEHOUSE_OTLP_ENDPOINT') || has('GATEHOUSE_OTLP_METRICS_ENDPOINT');
  if (has('GATEHOUSE_OTLP_HEADERS') && !hasCollector) {
    faults.push(
      'GATEHOUSE_OTLP_HEADERS: only with GATEHOUSE_OTLP_ENDPOINT or GATEHOUSE_OTLP_METRICS_ENDPOINT',
    );
  }
  if (has('GATEHOUSE_AUDIT_STREAM_HEADERS') && !has('GATEHOUSE_AUDIT_STREAM')) {
    faults.push('GATEHOUSE_AUDIT_STREAM_HEADERS: only with GATEHOUSE_AUDIT_STREAM');
  }
  if (has('GATEHOUSE_PARTNER_CLIENT_CA') && !has('GATEHOUSE_TLS_CERT')) {
    faults.push('GATEHOUSE_PARTNER_CLIENT_CA: client certificates need GATEHOUSE_TLS_CERT here');
  }
  if (has('GATEHOUSE_TLS_TERMINATED_BY') && has('GATEHOUSE_TLS_CERT')) {
    faults.push('GATEHOUSE_TLS_TERMINATED_BY: only without GATEHOUSE_TLS_CERT, where a proxy terminates TLS');
  }
  return faults;
}

function toConfig(settings: Settings, environments: ReadonlyMap<string, Environment>): Config {
  const { GATEHOUSE_TLS_CERT: cert, GATEHOUSE_TLS_KEY: key } = settings;
  const { HTTPS_PROXY: url, NO_PROXY: bypassed = [], GATEHOUSE_CONNECT_MS: connectMs } = settings;
  const proxy = url === undefined ? null : { url, bypassed, connectMs };
  const { GATEHOUSE_SMTP_URL: mailUrl, GATEHOUSE_SMTP_FROM: from } = settings;
  const { GATEHOUSE_CHECKPOINT_KMS_KEY: checkpointKey, GATEHOUSE_CHECKPOINTS: places = [] } = settings;
  const { GATEHOUSE_CLOUDTRAIL: logPlace } = settings;
  const { GATEHOUSE_OTLP_ENDPOINT: endpoint, GATEHOUSE_OTLP_HEADERS: headers = {} } = settings;
  const { GATEHOUSE_OTLP_METRICS_ENDPOINT: metricsEndpoint } = settings;
  const { GATEHOUSE_AUDIT_STREAM: streamTo, GATEHOUSE_AUDIT_STREAM_HEADERS: streamHeaders = {} } = settings;
  const s3 = {
    region: settings.AWS_REGION,
    endpoint: settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL,
    proxy,
  };
  return {
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL ?? null,
    proxy,
    kms: {
      region: settings.AWS_REGION,
      endpoint: settings.AWS_ENDPOINT_URL_KMS ?? settings.AWS_ENDPOINT_URL,
      timeoutMs: settings.GATEHOUSE_KMS_MS,
      proxy,
    },
    auditKmsKey: settings.GATEHOUSE_AUDIT_KMS_KEY,
    evidenceKmsKey: settings.GATEHOUSE_EVIDENCE_KMS_KEY ?? null,
    checkpoints: checkpointKey === undefined ? null : { kmsKey: checkpointKey, places, s3 },
    auditStream:
      streamTo === undefined
        ? null
        : { place: streamTo, format: settings.GATEHOUSE_AUDIT_STREAM_FORMAT, headers: streamHeaders },
    cloudTrail: logPlace === undefined ? null : { place: logPlace, s3 },
    notices: {
      mail: mailUrl === undefined || from === undefined ? null : { url: mailUrl, from },
      webhookHosts:
        settings.GATEHOUSE_WEBHOOK_HOSTS === undefined ? null : new Set(settings.GATEHOUSE_WEBHOOK_HOSTS),
    },
    publicUrl: settings.GATEHOUSE_PUBLIC_URL.replace(/\/+$/, ''),
    partnerUrl: settings.GATEHOUSE_PARTNER_URL?.replace(/\/+$/, '') ?? null,
    consoleOrigin: new URL(settings.GATEHOUSE_CONSOLE_URL).origin,
    staff:
      settings.GATEHOUSE_STAFF_ISSUER === undefined
        ? null
        : {
            issuer: settings.GATEHOUSE_STAFF_ISSUER,
            clientId: settings.GATEHOUSE_STAFF_CLIENT_ID,
            clientSecret: settings.GATEHOUSE_STAFF_CLIENT_SECRET,
            clientKmsKey: settings.GATEHOUSE_STAFF_CLIENT_KMS_KEY,
            clientAuth: settings.GATEHOUSE_STAFF_CLIENT_AUTH,
            acr: settings.GATEHOUSE_STAFF_ACR ?? [],
            maxAgeS:
              settings.GATEHOUSE_STAFF_MAX_AGE_MINUTES === undefined
                ? null
                : settings.GATEHOUSE_STAFF_MAX_AGE_MINUTES * 60,
            rolesClaim: settings.GATEHOUSE_STAFF_ROLES_CLAIM,
            roleRules: settings.GATEHOUSE_STAFF_ROLES ?? [],
          },
    userSessions: {
      idleMs: settings.GATEHOUSE_USER_SESSION_IDLE_MINUTES * 60_000,
      totalMs: settings.GATEHOUSE_USER_SESSION_HOURS * 3_600_000,
    },
    probeEveryMs: settings.GATEHOUSE_PROBE_HOURS === 0 ? null : settings.GATEHOUSE_PROBE_HOURS * 3_600_000,
    tokenSignInDays: settings.GATEHOUSE_TOKEN_SIGN_IN_DAYS,
    environments,
    roles: new Set(settings.GATEHOUSE_ROLES),
    listen: {
      partner: settings.GATEHOUSE_PARTNER_LISTEN,
      admin: settings.GATEHOUSE_ADMIN_LISTEN,
      public: settings.GATEHOUSE_PUBLIC_LISTEN,
      status: settings.GATEHOUSE_STATUS_LISTEN,
    },
    partnerHosts:
      settings.GATEHOUSE_PARTNER_HOSTS === undefined
        ? null
        : new Set(settings.GATEHOUSE_PARTNER_HOSTS.map((name) => name.toLowerCase())),
    tls:
      cert === undefined || key === undefined
        ? null
        : { cert, key, partnerClientCa: settings.GATEHOUSE_PARTNER_CLIENT_CA },
    tlsTerminatedBy: settings.GATEHOUSE_TLS_TERMINATED_BY ?? [],
    keepAliveMs: settings.GATEHOUSE_KEEP_ALIVE_MS,
    logLevel: settings.GATEHOUSE_LOG_LEVEL,
    tracing: endpoint === undefined ? null : { endpoint, headers, ratio: settings.GATEHOUSE_TRACE_RATIO },
    metricExport:
      metricsEndpoint === undefined
        ? null
        : {
            ...{ endpoint: metricsEndpoint, headers },
            everyMs: settings.GATEHOUSE_OTLP_METRICS_SECONDS * 1_000,
          },
    budgets: {
      auditCommitMs: settings.GATEHOUSE_AUDIT_COMMIT_MS,
      connectMs: settings.GATEHOUSE_CONNECT_MS,
      tokenMs: settings.GATEHOUSE_TOKEN_MS,
      readHeadersMs: settings.GATEHOUSE_READ_HEADERS_MS,
      bodyStallMs: settings.GATEHOUSE_BODY_STALL_MS,
      totalMs: settings.GATEHOUSE_TOTAL_MS,
      drainMs: settings.GATEHOUSE_DRAIN_MS,
      drainGraceMs: settings.GATEHOUSE_DRAIN_GRACE_MS,
      snapshotMaxAgeMs: settings.GATEHOUSE_SNAPSHOT_MAX_AGE_MS,
      keyPollMs: settings.GATEHOUSE_KEY_POLL_MS,
      rateQueueMs: settings.GATEHOUSE_RATE_QUEUE_MS,
    },
    rejections: {
      perAddressMinute: settings.GATEHOUSE_RECORDED_REJECTIONS_PER_ADDRESS,
      perClientSecond: settings.GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT,
    },
    limits: {
      connections: settings.GATEHOUSE_MAX_CONNECTIONS,
      connectionsPerAddress: settings.GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS,
      auditQueue: settings.GATEHOUSE_MAX_AUDIT_QUEUE,
      bufferedBytes: settings.GATEHOUSE_BUFFERED_BODIES_MIB * 1_048_576,
      lagMs: settings.GATEHOUSE_MAX_LAG_MS,
      databaseBytes:
        settings.GATEHOUSE_DATABASE_MAX_MIB === undefined
          ? null
          : settings.GATEHOUSE_DATABASE_MAX_MIB * 1_048_576,
    },
  };
}
