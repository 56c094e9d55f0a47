/** What each role has in its environment. */
import { CHECKPOINT_PREFIX } from '../checkpoint-rights.ts';
import { cloudTrailFolder } from '../cloudtrail-rights.ts';
import { collectorsOf } from '../collectors.ts';
import type { Settings } from '../settings.ts';
import { SIZES } from '../sizes.ts';
import { CERTIFICATE_SETTINGS } from './files.ts';
import type { Deployment } from './deployment.ts';
import { DRAIN_GRACE_MS, DRAIN_MS, IDLE_S } from './limits.ts';
import type { Role } from '../../../shared/roles.ts';

const MIB_PER_GIB = 1024;
/** The rest is for PostgreSQL's write-ahead log. */
const SHARE_OF_DATABASE = 0.9;

export function gatewaySettings(
  role: Role,
  { settings, keys, archive }: Deployment,
  balancerRanges: readonly string[],
): Record<string, string> {
  const { storageGib } = SIZES[settings.size].database;
  return {
    AWS_REGION: settings.region,
    GATEHOUSE_ROLES: role,
    GATEHOUSE_SERVES: settings.environments.join(','),
    GATEHOUSE_PUBLIC_URL: `https://${settings.publicHost}`,
    GATEHOUSE_CONSOLE_URL: `https://${settings.consoleHost}`,
    GATEHOUSE_AUDIT_KMS_KEY: keys.audit.keyArn,
    GATEHOUSE_DATABASE_MAX_MIB: String(Math.floor(storageGib * MIB_PER_GIB * SHARE_OF_DATABASE)),
    GATEHOUSE_DRAIN_MS: String(DRAIN_MS),
    GATEHOUSE_DRAIN_GRACE_MS: String(DRAIN_GRACE_MS),
    ...Object.fromEntries(collectorsOf(role, settings).map(({ variable, url }) => [variable, url])),
    ...listenerSettings(role, balancerRanges),
    ...(role === 'admin' && {
      ...staffSettings(settings),
      GATEHOUSE_EVIDENCE_KMS_KEY: keys.evidence.keyArn,
      ...(settings.partnerHost !== undefined && {
        GATEHOUSE_PARTNER_URL: `https://${settings.partnerHost}`,
      }),
    }),
    ...(role === 'worker' && {
      GATEHOUSE_CHECKPOINT_KMS_KEY: keys.checkpoints.keyArn,
      GATEHOUSE_CHECKPOINTS: `s3://${archive.bucketName}/${CHECKPOINT_PREFIX}`,
      GATEHOUSE_CLOUDTRAIL: `s3://${archive.bucketName}/${cloudTrailFolder(archive)}`,
    }),
  };
}

function listenerSettings(role: Role, balancerRanges: readonly string[]): Record<string, string> {
  // A worker listens for nobody but the prober; the ranges stand for the certificate that `prod` requires.
  if (role === 'partner') return CERTIFICATE_SETTINGS;
  const behindBalancer = { GATEHOUSE_TLS_TERMINATED_BY: balancerRanges.join(',') };
  return role === 'worker'
    ? behindBalancer
    : { ...behindBalancer, GATEHOUSE_KEEP_ALIVE_MS: String(IDLE_S[role].keepAlive * 1000) };
}

function staffSettings({ staff }: Settings): Record<string, string> {
  return {
    GATEHOUSE_STAFF_ISSUER: staff.issuer,
    GATEHOUSE_STAFF_CLIENT_ID: staff.clientId,
    GATEHOUSE_STAFF_ROLES: staff.roles,
    ...(staff.claim === undefined ? {} : { GATEHOUSE_STAFF_ROLES_CLAIM: staff.claim }),
    ...(staff.acr === undefined ? {} : { GATEHOUSE_STAFF_ACR: staff.acr.join(',') }),
    ...(staff.maxAgeMinutes === undefined
      ? {}
      : { GATEHOUSE_STAFF_MAX_AGE_MINUTES: String(staff.maxAgeMinutes) }),
  };
}
