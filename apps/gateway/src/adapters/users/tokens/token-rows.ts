/**
 * The tokens of users in PostgreSQL, sealed. A pair is marked as being spent by compare-and-set and committed before
 * API Management is asked, and every statement stands alone: no transaction waits for an answer (ADR 38).
 */
import type { AssuranceLevel } from '@gatehouse/domain/users/id-token';
import type { TokenPairTimes } from '@gatehouse/domain/users/token-step';
import type pg from 'pg';

/** One user session at one application. */
export interface TokenKey {
  readonly sessionId: string;
  readonly applicationId: string;
}

export interface SealedPair {
  readonly generation: number;
  readonly issuedAtMs: number;
  readonly access: Uint8Array;
  readonly accessExpiresAtMs: number;
  readonly refresh: { readonly sealed: Uint8Array; readonly expiresAtMs: number } | null;
}

export interface TokenState {
  readonly environment: string;
  readonly pattern: 'separate' | 'combined';
  readonly authenticationLevel: AssuranceLevel;
  readonly authenticatedAtMs: number;
  readonly idToken: { readonly sealed: Uint8Array; readonly expiresAtMs: number } | null;
  readonly pair: (SealedPair & TokenPairTimes) | null;
}

export interface TokenRows {
  /** Null: there is no such session, or it has ended. */
  read(key: TokenKey): Promise<TokenState | null>;
  /** @returns whether the caller may now spend the pair: false if it is being spent, or is no longer the newest */
  markSpending(key: TokenKey, generation: number, by: string): Promise<boolean>;
  /** Takes the caller's mark back, since API Management did not look at the token. */
  unmark(key: TokenKey, generation: number, by: string): Promise<void>;
  /** Forgets a refresh token that was spent for nothing. The access token beside it serves until it expires. */
  dropRefresh(key: TokenKey, generation: number, by: string): Promise<void>;
  /** @returns false if the session has ended, or another replica stored a pair of this generation */
  store(key: TokenKey, pair: SealedPair): Promise<boolean>;
}

interface Row {
  readonly environment: string;
  readonly pattern: TokenState['pattern'];
  readonly authentication_level: AssuranceLevel;
  readonly authenticated_at: Date;
  readonly id_token_sealed: Buffer | null;
  readonly id_token_expires_at: Date | null;
  readonly generation: number | null;
  readonly access_sealed: Buffer;
  readonly access_expires_at: Date;
  readonly refresh_sealed: Buffer | null;
  readonly refresh_expires_at: Date | null;
  readonly issued_at: Date;
  readonly spending_for_ms: number | null;
}

export function createTokenRows(database: pg.Pool): TokenRows {
  const changeMarked = async (
    columns: string,
    { sessionId, applicationId }: TokenKey,
    generation: number,
    by: string,
  ): Promise<void> => {
    await database.query(
      `UPDATE user_token SET spending_since = NULL, spending_by = NULL${columns}
        WHERE session_id = $1 AND application_id = $2 AND generation = $3 AND spending_by = $4`,
      [sessionId, applicationId, generation, by],
    );
  };
  return {
    async read({ sessionId, applicationId }) {
      const { rows } = await database.query<Row>(READ, [sessionId, applicationId]);
      const [row] = rows;
      return row === undefined ? null : stateOf(row);
    },
    async markSpending({ sessionId, applicationId }, generation, by) {
      const { rowCount } = await database.query(MARK, [sessionId, applicationId, generation, by]);
      return rowCount === 1;
    },
    unmark: (key, generation, by) => changeMarked('', key, generation, by),
    dropRefresh: (key, generation, by) =>
      changeMarked(', refresh_sealed = NULL, refresh_expires_at = NULL', key, generation, by),
    async store({ sessionId, applicationId }, pair) {
      const { rowCount } = await database.query(STORE, [
        sessionId,
        applicationId,
        pair.generation,
        pair.access,
        new Date(pair.accessExpiresAtMs),
        pair.refresh?.sealed ?? null,
        pair.refresh === null ? null : new Date(pair.refresh.expiresAtMs),
        new Date(pair.issuedAtMs),
      ]);
      return rowCount === 1;
    },
  };
}

function stateOf(row: Row): TokenState {
  return {
    environment: row.environment,
    pattern: row.pattern,
    authenticationLevel: row.authentication_level,
    authenticatedAtMs: row.authenticated_at.getTime(),
    idToken: sealedUntil(row.id_token_sealed, row.id_token_expires_at),
    pair: row.generation === null ? null : pairOf(row, row.generation),
  };
}

function pairOf(row: Row, generation: number): SealedPair & TokenPairTimes {
  const refresh = sealedUntil(row.refresh_sealed, row.refresh_expires_at);
  return {
    generation,
    issuedAtMs: row.issued_at.getTime(),
    access: row.access_sealed,
    accessExpiresAtMs: row.access_expires_at.getTime(),
    refresh,
    refreshExpiresAtMs: refresh?.expiresAtMs ?? null,
    spendingForMs: row.spending_for_ms,
  };
}

function sealedUntil(sealed: Buffer | null, expiresAt: Date | null) {
  return sealed === null || expiresAt === null ? null : { sealed, expiresAtMs: expiresAt.getTime() };
}

/** How long a mark has been there is PostgreSQL's to say, since the clocks of replicas differ. */
const READ = `
SELECT s.environment, s.pattern, s.authentication_level, s.authenticated_at, s.id_token_sealed, s.id_token_expires_at,
       t.generation, t.access_sealed, t.access_expires_at, t.refresh_sealed, t.refresh_expires_at, t.issued_at,
       (extract(epoch FROM clock_timestamp() - t.spending_since) * 1000)::float8 AS spending_for_ms
  FROM user_session s LEFT JOIN user_token t ON t.session_id = s.id AND t.application_id = $2
 WHERE s.id = $1 AND s.ended_at IS NULL`;

const MARK = `
UPDATE user_token SET spending_since = clock_timestamp(), spending_by = $4
 WHERE session_id = $1 AND application_id = $2 AND generation = $3
   AND spending_since IS NULL AND refresh_sealed IS NOT NULL`;

/** The share lock makes a session that ends at the same moment delete this pair, or keep it from being stored. */
const STORE = `
INSERT INTO user_token (session_id, application_id, generation, access_sealed, access_expires_at, refresh_sealed,
                        refresh_expires_at, issued_at)
SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM user_session WHERE id = $1 AND ended_at IS NULL FOR SHARE
ON CONFLICT (session_id, application_id) DO UPDATE
   SET generation = EXCLUDED.generation, access_sealed = EXCLUDED.access_sealed,
       access_expires_at = EXCLUDED.access_expires_at, refresh_sealed = EXCLUDED.refresh_sealed,
       refresh_expires_at = EXCLUDED.refresh_expires_at, issued_at = EXCLUDED.issued_at,
       spending_since = NULL, spending_by = NULL
 WHERE user_token.generation = EXCLUDED.generation - 1`;
