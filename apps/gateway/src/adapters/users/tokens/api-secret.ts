import { GatewayError } from '@gatehouse/domain/errors';
import type pg from 'pg';
import { apiSecretMissing } from '../../nhs/token-failure.js';
import type { SecretBox } from '../../kms/secret-box.js';

/** Throws GW_TOKEN_REFUSED if the registry has none, and what `ApiSecrets` throws. */
export const requireApiSecret =
  (apiSecrets: ApiSecrets) =>
  async (applicationId: string): Promise<string> => {
    const apiSecret = await apiSecrets(applicationId);
    if (apiSecret === null) throw apiSecretMissing();
    return apiSecret;
  };

/** The API secret of an application, with which users' tokens are refreshed; null: the registry has none. */
export type ApiSecrets = (applicationId: string) => Promise<string | null>;

/** Reads and opens it for each call, so that it is in memory no longer than that. Throws GW_SIGNING_UNAVAILABLE. */
export function createApiSecrets(database: pg.Pool, box: Pick<SecretBox, 'open'>): ApiSecrets {
  return async (applicationId) => {
    const { rows } = await database.query<{ api_secret_sealed: Buffer | null }>(
      'SELECT api_secret_sealed FROM application WHERE id = $1',
      [applicationId],
    );
    const sealed = rows[0]?.api_secret_sealed ?? null;
    if (sealed === null) return null;
    return box.open(sealed, applicationId).catch((cause: unknown) => {
      const detail = cause instanceof Error ? cause.name : 'unknown';
      throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail, cause });
    });
  };
}
