/** What a deployment says about itself: a JSON file, checked as a whole before anything is synthesised. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SIZES } from './sizes.ts';

const cidr = z.cidrv4();
const host = z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host name in lower case');
/** Images come from the account's own registry: the list of egress has no other, and a digest can't be replaced. */
const image = z
  .string()
  .regex(
    /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9/_.-]+@sha256:[0-9a-f]{64}$/,
    'must be an image in ECR with its digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…',
  );
/** The base URL of an OpenTelemetry collector, and the networks that it is in. */
const collector = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  networks: z.array(cidr).min(1),
});
const certificateArn = z.string().startsWith('arn:aws:acm:');

const settingsSchema = z.strictObject({
  account: z.string().regex(/^\d{12}$/),
  region: z.string().default('eu-west-2'),
  size: z.enum(Object.keys(SIZES) as [keyof typeof SIZES]),
  /** False for the first deployment and after a restore: no service runs until the tables are there. */
  running: z.boolean(),
  /** Of Gatehouse, built from infra/Containerfile. */
  image,
  /** Of the version that comes next, for its `gatehouse migrate`; left out, `image`. */
  migrateImage: image.optional(),
  /** A copy of AWS's own image of its command line, which puts certificates into files. */
  awsCliImage: image,
  /** The NHS environments that are served (`GATEHOUSE_SERVES`). */
  environments: z.array(z.enum(['sandbox', 'int', 'prod'])).min(1),
  vpcCidr: cidr.default('10.40.0.0/16'),
  publicHost: host,
  publicCertificateArn: certificateArn,
  consoleHost: host,
  consoleCertificateArn: certificateArn,
  /** By which your own services call, as their certificate has it: the console shows it (`GATEHOUSE_PARTNER_URL`). */
  partnerHost: host.optional(),
  /** Where your own services call from. */
  partnerNetworks: z.array(cidr).min(1),
  /** Where staff and the `gatehouse` command come from. */
  staffNetworks: z.array(cidr).min(1),
  /** Where Prometheus reads `/metrics` from. */
  monitoringNetworks: z.array(cidr).default([]),
  /** Where partner tasks send traces of requests (`GATEHOUSE_OTLP_ENDPOINT`). */
  tracesCollector: collector.optional(),
  /** Where all tasks send metrics, if no Prometheus reads them (`GATEHOUSE_OTLP_METRICS_ENDPOINT`). */
  metricsCollector: collector.optional(),
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
  /** Hosts beside those that src/egress.ts knows, such as the one that A042 redirects to. */
  furtherEgress: z.array(host).default([]),
  /** How long your retention schedule keeps the audit trail. */
  auditRetentionYears: z.number().int().min(1).max(30),
  alarmEmail: z.email(),
});

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
