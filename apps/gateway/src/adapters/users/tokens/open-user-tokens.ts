import type pg from 'pg';
import type { Kms } from '../../kms/kms.js';
import { createSecretBox } from '../../kms/secret-box.js';
import type { TokenRequestOptions } from '../../nhs/signed-token-request.js';
import { createApiSecrets } from './api-secret.js';
import { createTokenOutages } from './token-outages.js';
import { createTokenRows } from './token-rows.js';
import type { UserTokenRequestOptions } from './user-token-requests.js';
import { createUserTokens, type UserTokens } from './user-tokens.js';

export interface OpenUserTokensOptions
  extends TokenRequestOptions, Pick<UserTokenRequestOptions, 'box' | 'endSession' | 'spendingMs'> {
  readonly database: pg.Pool;
  readonly kms: Kms;
  /** The KMS key under which API secrets are sealed. */
  readonly kmsKeyId: string;
}

export function openUserTokens(options: OpenUserTokensOptions): UserTokens {
  const { database, kms, kmsKeyId, monotonicNow, spendingMs } = options;
  return createUserTokens({
    ...options,
    rows: createTokenRows(database),
    apiSecrets: createApiSecrets(database, createSecretBox(kms, kmsKeyId)),
    outages: createTokenOutages(monotonicNow, spendingMs),
  });
}
