/** What signs users in and keeps what belongs to them, from the parts that the process has opened. */
import type { Database } from '@gatehouse/db/client';
import { COMBINED_CALLBACK_PATH, CIS2_CALLBACK_PATH } from '@gatehouse/domain/registry/cis2-registration';
import type pg from 'pg';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { Kms } from '../adapters/kms/kms.js';
import { createSecretBox } from '../adapters/kms/secret-box.js';
import { type OpenIdProviders, openIdProviders } from '../adapters/people/openid/openid-provider.js';
import { createPendingSignIns } from '../adapters/people/pending-sign-ins.js';
import type { Registry } from '../adapters/registry/registry.js';
import { createBackChannelLogout } from '../adapters/users/back-channel-logout.js';
import { type BroughtTokens, createBroughtTokens } from '../adapters/users/brought-tokens.js';
import { type Cis2Parties, createCis2Parties } from '../adapters/users/cis2-parties.js';
import { type CombinedSignIns, createCombinedSignIns } from '../adapters/users/combined/combined-sign-ins.js';
import type { CodeExchangeOptions } from '../adapters/users/combined/exchange-code.js';
import { createUserDataKeys } from '../adapters/users/data-keys.js';
import { createIdTokens, type IdTokens } from '../adapters/users/id-tokens.js';
import type { EndRecords } from '../adapters/users/record-ends.js';
import { createTokenBox, type TokenBox } from '../adapters/users/token-box.js';
import { createApiSecrets, requireApiSecret } from '../adapters/users/tokens/api-secret.js';
import { hasLoggedOut } from '../adapters/users/used-tokens.js';
import { createUserLogins, type UserLogins } from '../adapters/users/user-logins.js';
import type { UserAuthDeps } from '../auth/users/deps.js';
import type { Config } from '../config/config.js';
import { callerAddressBehind } from '../listener/caller-address.js';
import type { Log } from './log.js';
import { systemEvent } from '../adapters/audit/system-event.js';

export interface UserParts {
  /** Seals what is kept of users. */
  readonly box: TokenBox;
  readonly logins: UserLogins;
  readonly parties: Cis2Parties;
  readonly idTokens: IdTokens;
  readonly brought: BroughtTokens;
  readonly combined: CombinedSignIns;
  readonly providers: OpenIdProviders;
}

interface Opened {
  readonly prisma: Database;
  readonly database: pg.Pool;
  readonly kms: Kms;
  readonly registry: Registry;
}

interface TokenRequests {
  readonly tokenRequests: Pick<CodeExchangeOptions, 'transport' | 'tokenUrlOf' | 'now' | 'onEvent'>;
}

/** Where a supplier's web application sends the browser, with a ticket. */
export const LOGIN_PATH = '/auth/cis2/login';
const CIS2_ANSWER_MS = 5_000;

export function openUserParts(
  { auditKmsKey, publicUrl, environments }: Pick<Config, 'auditKmsKey' | 'publicUrl' | 'environments'>,
  log: Log,
  { prisma, database, kms, registry, tokenRequests }: Opened & TokenRequests,
  now: () => number,
): UserParts {
  const box = createTokenBox(createUserDataKeys({ database, kms, kmsKeyId: auditKmsKey, now }));
  const providers = openIdProviders(now);
  const idTokens = createIdTokens(now, CIS2_ANSWER_MS);
  const parties = createCis2Parties({
    snapshot: () => registry.current(),
    issuerOf: (environment) => environments.get(environment)?.cis2Issuer,
    db: prisma,
    box: createSecretBox(kms, auditKmsKey),
    kms,
    redirectUri: publicUrl + CIS2_CALLBACK_PATH,
    now,
  });
  const brought = createBroughtTokens({ db: prisma, idTokens, parties, providers, now, log });
  const combined = createCombinedSignIns({
    ...tokenRequests,
    snapshot: () => registry.current(),
    requireApiSecret: requireApiSecret(createApiSecrets(database, createSecretBox(kms, auditKmsKey))),
    redirectUri: publicUrl + COMBINED_CALLBACK_PATH,
  });
  return { box, providers, idTokens, parties, brought, combined, logins: createUserLogins(prisma, box, now) };
}

/** What the pages of sign-in on the public listener need. */
export function userAuthDeps(
  config: Pick<Config, 'auditKmsKey' | 'environments' | 'tlsTerminatedBy'>,
  log: Log,
  parts: Omit<Opened, 'database'> & {
    readonly users: UserParts;
    readonly audit: AuditLog;
    readonly endRecords: EndRecords;
  },
  now: () => number,
): UserAuthDeps {
  const { prisma, kms, registry, users, audit, endRecords } = parts;
  const callerAddress = callerAddressBehind(config.tlsTerminatedBy);
  return {
    ...users,
    pending: createPendingSignIns(prisma, createSecretBox(kms, config.auditKmsKey), now),
    logout: createBackChannelLogout({
      db: prisma,
      idTokens: users.idTokens,
      snapshot: () => registry.current(),
      issuerOf: (environment) => config.environments.get(environment)?.cis2Issuer,
      now,
    }),
    hasLoggedOut: (environment, cis2SessionId) => hasLoggedOut(prisma, environment, cis2SessionId),
    signedIn: ({ id, environment, clientId, product, pattern }, user) => {
      const { userId, authenticationAssurance: aal, authenticatedAtMs: authTimeMs } = user;
      const facts = { userId, loginId: id, environment, product, pattern, aal, ial: 3, authTimeMs };
      return audit.system(systemEvent('USER_SIGNED_IN', now(), facts, { clientId }));
    },
    rejected: (request, reason, login) =>
      audit.rejected({
        event: 'USER_SIGN_IN_REJECTED',
        address: callerAddress(request),
        reason,
        clientId: login?.clientId ?? null,
      }),
    recordEnds: (ids) => endRecords.record(ids),
    log,
  };
}
