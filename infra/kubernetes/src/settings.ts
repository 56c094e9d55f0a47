/** What a deployment says about itself: a JSON file, checked as a whole before anything is synthesised. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Role, ROLES } from '../../shared/roles.ts';
import { waysOut } from './ways-out.ts';

const cidr = z
  .union([z.cidrv4(), z.cidrv6()], { error: 'must be a range of addresses, such as 10.0.0.0/24' })
  .refine((range) => !range.endsWith('/0'), 'must not be everywhere; a way out may say "internet": true');
const host = z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host name in lower case');
const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a name in Kubernetes: a-z, 0-9 and hyphens');
const port = z.number().int().min(1).max(65_535);
const annotations = z.record(z.string(), z.string()).default({});
/** A digest can't be replaced. */
const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}$/, 'must be an image with its digest: NAME@sha256:…');

const networks = z.array(cidr).default([]);
const namespaces = z.array(name).default([]);
/** Who may connect: from outside the cluster by address, from inside it by namespace. */
const callers = z.strictObject({ networks, namespaces });

/** Where a way out leads, in part: what is called may have settings beside it. */
const at = (usualPort: number) => ({
  networks,
  namespaces,
  internet: z.boolean().default(false),
  port: port.default(usualPort),
});
const placeAt = (usualPort: number) => z.strictObject(at(usualPort));

/** Set by nobody but these manifests. */
const BOUND =
  /^GATEHOUSE_(?:ROLES|SERVES|PUBLIC_URL|CONSOLE_URL|PARTNER_URL|TOTAL_MS|DRAIN_|KEEP_ALIVE_MS|TLS_|STAFF_|SMTP_|OTLP_|CHECKPOINTS|CLOUDTRAIL|WEBHOOK_HOSTS|DATABASE_|.*_(?:LISTEN|KMS_KEY)$)/;

const web = z.strictObject({
  host,
  /** Of the Ingress; left out, no Ingress is made, and you put something else in front of the Service. */
  ingressClass: name.optional(),
  annotations,
  /** Of type kubernetes.io/tls, for the Ingress; left out, its controller knows the certificate. */
  certificate: name.optional(),
  /** The proxies that terminate TLS. Where they have a namespace, the NetworkPolicy names it instead of addresses. */
  proxies: z.strictObject({ networks: z.array(cidr).min(1), namespaces }),
});

const roleAnnotations = z.strictObject(
  Object.fromEntries(ROLES.map((role) => [role, annotations])) as Record<Role, typeof annotations>,
);

const settingsSchema = z
  .strictObject({
    namespace: name.default('gatehouse'),
    /** Of Gatehouse, built from infra/Containerfile. */
    image,
    /** A Secret of type kubernetes.io/dockerconfigjson for the registry. */
    pullSecret: name.optional(),
    /** The NHS environments that are served (`GATEHOUSE_SERVES`). */
    environments: z.array(z.enum(['sandbox', 'int', 'prod'])).min(1),
    region: z.string().default('eu-west-2'),
    /** Of each role's ServiceAccount: they say which role in AWS it is. */
    workloadIdentity: roleAnnotations.prefault(Object.fromEntries(ROLES.map((role) => [role, {}]))),
    /** ARNs. */
    keys: z.strictObject({ audit: z.string(), checkpoints: z.string(), evidence: z.string().optional() }),
    /** Where checkpoints of the audit trail are stored (`GATEHOUSE_CHECKPOINTS`). */
    checkpoints: z.string().startsWith('s3://'),
    cloudTrail: z.string().startsWith('s3://').optional(),
    partner: z.strictObject({
      /** By which your own services call, as their certificate has it: the console shows it (`GATEHOUSE_PARTNER_URL`). */
      host: host.optional(),
      /** Of the Service, for the balancer of your cloud. */
      annotations: annotations.refine(
        (given) =>
          !Object.keys(given).some((key) => /ssl|tls|cert|(?:app|backend|proxy)-protocol/i.test(key)),
        'must leave TLS alone: it ends in Gatehouse',
      ),
      callers: callers.refine(
        (given) => given.networks.length > 0,
        'must have networks: the balancer lets nobody else in',
      ),
    }),
    public: web,
    console: web,
    /** Where Prometheus reads `/metrics` from. */
    monitoring: callers.prefault({}),
    staff: z.strictObject({
      issuer: z.url(),
      clientId: z.string(),
      roles: z.string(),
      claim: z.string().optional(),
      /** Ways of authentication of which the provider must confirm one. */
      acr: z.array(z.string().min(1)).min(1).optional(),
      /** How long ago a person may have authenticated at the provider. */
      maxAgeMinutes: z.int().min(1).max(1_440).optional(),
    }),
    database: z.strictObject({
      ...at(5432),
      /** The user of the running role, to which `gatehouse migrate` gives its rights. */
      runningRole: z
        .string()
        .regex(/^[a-z_][a-z0-9_]*$/)
        .default('gatehouse_app'),
      /** What its volume has for the database (`GATEHOUSE_DATABASE_MAX_MIB`). */
      maxMib: z.number().int().min(1).optional(),
    }),
    /** KMS and STS. */
    aws: placeAt(443),
    /** The bucket of checkpoints and CloudTrail's. */
    buckets: placeAt(443),
    /** API Management, e-RS and CIS2. */
    nhs: placeAt(443).optional(),
    /** The identity provider of staff. */
    staffIssuer: placeAt(443).optional(),
    /** Issuers of tokens with which your own services sign in. */
    workloadIssuers: placeAt(443).optional(),
    /** The public host itself, whose JWKS a worker reads as NHS England does. */
    ownKeys: placeAt(443).optional(),
    /** An HTTP proxy (`HTTPS_PROXY`), through which the calls above may go. */
    proxy: z.strictObject({ ...at(3128), without: z.array(host).default([]) }).optional(),
    redis: placeAt(6379).optional(),
    mail: z.strictObject({ ...at(465), from: z.string() }).optional(),
    webhooks: z.strictObject({ ...at(443), hosts: z.array(host).min(1) }).optional(),
    /** An OpenTelemetry collector of traces. */
    collector: z.strictObject({ ...at(4318), url: z.url() }).optional(),
    /** One of metrics, where no Prometheus reads them. */
    metricsCollector: z.strictObject({ ...at(4318), url: z.url() }).optional(),
    /** NodeLocal DNSCache, where there is one. */
    dnsNetworks: networks,
    /** Further settings of Gatehouse, for all roles. */
    variables: z
      .record(z.string().regex(/^GATEHOUSE_[A-Z_]+$/), z.string())
      .refine((given) => !Object.keys(given).some((key) => BOUND.test(key)), {
        error: 'must hold no secret, and nothing that these manifests set',
      })
      .default({}),
  })
  .superRefine((given, context) => {
    for (const way of waysOut) {
      const place = given[way];
      if (place === undefined || place.internet || place.networks.length + place.namespaces.length > 0)
        continue;
      const message = 'must have networks, namespaces or "internet": true';
      context.addIssue({ code: 'custom', path: [way], message });
    }
  })
  .refine(({ nhs, proxy }) => nhs !== undefined || proxy !== undefined, {
    path: ['nhs'],
    error: 'must say where the NHS is, unless there is a proxy',
  })
  .refine(
    (given) =>
      given.console.ingressClass === undefined || given.console.ingressClass !== given.public.ingressClass,
    {
      path: ['console', 'ingressClass'],
      error: 'must not be the class of the public host, which faces the internet',
    },
  );

export type Callers = z.infer<typeof callers>;
export type Settings = z.infer<typeof settingsSchema>;

/** @throws an Error that names every wrong setting */
export function readSettings(value: unknown): Settings {
  const result = settingsSchema.safeParse(value);
  if (!result.success) throw new Error(`The settings are wrong:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** @throws as `readSettings`, or if the file is not there or is no JSON */
export function readSettingsFile(path: string): Settings {
  return readSettings(JSON.parse(readFileSync(path, 'utf8')));
}
