/** What each role has in its environment. Secrets are references to Secrets that you make (docs/guides/kubernetes.md). */
import { type k8s } from 'cdk8s-plus-34';
import type { Role } from '../../shared/roles.ts';
import { WEB_IDLE_S } from '../../shared/times.ts';
import { CERTIFICATE_FOLDER } from './files.ts';
import type { Settings } from './settings.ts';
import { DRAIN_GRACE_MS, DRAIN_MS } from './stopping.ts';

/** Variable → the Secret that holds it, and the key there. */
const SECRETS = {
  DATABASE_URL: ['gatehouse-database', 'url'],
  DATABASE_OWNER_URL: ['gatehouse-database-owner', 'url'],
  GATEHOUSE_STAFF_CLIENT_SECRET: ['gatehouse-staff-client', 'secret'],
  HTTPS_PROXY: ['gatehouse-proxy', 'url'],
  REDIS_URL: ['gatehouse-redis', 'url'],
  GATEHOUSE_SMTP_URL: ['gatehouse-mail', 'url'],
} as const;
type Secret = keyof typeof SECRETS;
/** Undefined: the setting is not made. */
type Values = Readonly<Record<string, string | undefined>>;

export function variablesOf(role: Role, settings: Settings): k8s.EnvVar[] {
  return [
    ...values({
      ...settings.variables,
      ...commonValues(settings),
      GATEHOUSE_ROLES: role,
      ...OF_ROLE[role](settings),
    }),
    ...secretsOf(role, settings).map(reference),
  ];
}

/** The name of the running role is all that `gatehouse migrate` wants of `DATABASE_URL`. */
export function migrateVariables({ database }: Settings): k8s.EnvVar[] {
  return [
    ...values({ DATABASE_URL: `postgresql://${database.runningRole}@database/gatehouse` }),
    reference('DATABASE_OWNER_URL'),
  ];
}

function commonValues(settings: Settings): Values {
  const { keys, database, proxy, environments, metricsCollector } = settings;
  return {
    AWS_REGION: settings.region,
    GATEHOUSE_SERVES: environments.join(','),
    GATEHOUSE_PUBLIC_URL: `https://${settings.public.host}`,
    GATEHOUSE_CONSOLE_URL: `https://${settings.console.host}`,
    GATEHOUSE_AUDIT_KMS_KEY: keys.audit,
    GATEHOUSE_DATABASE_MAX_MIB: database.maxMib?.toString(),
    GATEHOUSE_OTLP_METRICS_ENDPOINT: metricsCollector?.url,
    GATEHOUSE_DRAIN_MS: String(DRAIN_MS),
    GATEHOUSE_DRAIN_GRACE_MS: String(DRAIN_GRACE_MS),
    NO_PROXY: proxy?.without.join(',') || undefined,
  };
}

const OF_ROLE: Readonly<Record<Role, (settings: Settings) => Values>> = {
  partner: ({ collector }) => ({
    GATEHOUSE_TLS_CERT: `${CERTIFICATE_FOLDER}/tls.crt`,
    GATEHOUSE_TLS_KEY: `${CERTIFICATE_FOLDER}/tls.key`,
    GATEHOUSE_OTLP_ENDPOINT: collector?.url,
  }),
  public: (settings) => behindProxy('public', settings.public),
  admin: ({ partner, console: web, staff, keys, webhooks }) => ({
    ...behindProxy('admin', web),
    GATEHOUSE_PARTNER_URL: partner.host === undefined ? undefined : `https://${partner.host}`,
    GATEHOUSE_EVIDENCE_KMS_KEY: keys.evidence,
    GATEHOUSE_STAFF_ISSUER: staff.issuer,
    GATEHOUSE_STAFF_CLIENT_ID: staff.clientId,
    GATEHOUSE_STAFF_ROLES: staff.roles,
    GATEHOUSE_STAFF_ROLES_CLAIM: staff.claim,
    GATEHOUSE_STAFF_ACR: staff.acr?.join(','),
    GATEHOUSE_STAFF_MAX_AGE_MINUTES: staff.maxAgeMinutes?.toString(),
    GATEHOUSE_WEBHOOK_HOSTS: webhooks?.hosts.join(','),
  }),
  worker: ({ keys, checkpoints, cloudTrail, mail, webhooks }) => ({
    // A worker listens for nobody but the prober; this stands for the certificate that `prod` requires.
    GATEHOUSE_TLS_TERMINATED_BY: '127.0.0.1',
    GATEHOUSE_CHECKPOINT_KMS_KEY: keys.checkpoints,
    GATEHOUSE_CHECKPOINTS: checkpoints,
    GATEHOUSE_CLOUDTRAIL: cloudTrail,
    GATEHOUSE_SMTP_FROM: mail?.from,
    GATEHOUSE_WEBHOOK_HOSTS: webhooks?.hosts.join(','),
  }),
};

function behindProxy(role: 'admin' | 'public', { proxies }: Settings['public']): Values {
  return {
    GATEHOUSE_TLS_TERMINATED_BY: proxies.networks.join(','),
    GATEHOUSE_KEEP_ALIVE_MS: String(WEB_IDLE_S[role].keepAlive * 1000),
  };
}

function secretsOf(role: Role, { proxy, redis, mail }: Settings): Secret[] {
  return [
    'DATABASE_URL',
    ...(proxy === undefined ? [] : ['HTTPS_PROXY' as const]),
    ...(role === 'admin' ? ['GATEHOUSE_STAFF_CLIENT_SECRET' as const] : []),
    ...(role === 'worker' && redis !== undefined ? ['REDIS_URL' as const] : []),
    ...(role === 'worker' && mail !== undefined ? ['GATEHOUSE_SMTP_URL' as const] : []),
  ];
}

const values = (given: Values): k8s.EnvVar[] =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));

function reference(name: Secret): k8s.EnvVar {
  const [secret, key] = SECRETS[name];
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
