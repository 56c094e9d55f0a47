/** What NHS England last said about one application, as the trail recorded it. */
import type pg from 'pg';

/** An access token that was issued or refused. */
export interface TokenAnswer {
  readonly atMs: number;
  readonly registryVersion: number;
  readonly refusal: { readonly diagnosis: string; readonly messageId: string | null } | null;
}

/** An attempt that e-RS answered. */
export interface ReadAnswer {
  readonly atMs: number;
  readonly registryVersion: number;
  readonly attemptId: string;
  readonly interaction: string;
  readonly status: number;
  readonly diagnosis: string | null;
}

export interface NhsAnswers {
  /** The last refusal since the last success, or else that success; null: no token was ever requested. */
  readonly token: TokenAnswer | null;
  readonly read: ReadAnswer | null;
}

interface TokenRow {
  readonly at: string;
  readonly event: string;
  readonly version: string;
  readonly diagnosis: string | null;
  readonly message_id: string | null;
}
interface ReadRow {
  readonly at: string;
  readonly version: string;
  readonly attempt_id: string;
  readonly interaction: string;
  readonly status: string;
  readonly diagnosis: string | null;
}

export async function readNhsAnswers(database: pg.Pool, applicationId: string): Promise<NhsAnswers> {
  const [tokens, reads] = await Promise.all([
    database.query<TokenRow>(TOKENS, [applicationId]),
    database.query<ReadRow>(READS, [applicationId]),
  ]);
  const [read] = reads.rows;
  return {
    token: standingAnswer(tokens.rows),
    read:
      read === undefined
        ? null
        : {
            atMs: Number(read.at),
            registryVersion: Number(read.version),
            attemptId: read.attempt_id,
            interaction: read.interaction,
            status: Number(read.status),
            diagnosis: read.diagnosis,
          },
  };
}

/** A refusal that a person must deal with hides no less than an outage after it. */
function standingAnswer(rows: readonly TokenRow[]): TokenAnswer | null {
  const success = rows.findIndex(({ event }) => event === 'MINT_OK');
  const refusals = success === -1 ? rows : rows.slice(0, success);
  const row =
    refusals.find(({ diagnosis }) => diagnosis !== 'UNAVAILABLE') ??
    refusals[0] ??
    rows[Math.max(success, 0)];
  if (row === undefined) return null;
  const refusal =
    row.event === 'MINT_OK' ? null : { diagnosis: row.diagnosis ?? 'UNKNOWN', messageId: row.message_id };
  return { atMs: Number(row.at), registryVersion: Number(row.version), refusal };
}

/** So many refusals in a row may have been an outage. */
const NEWEST = 50;

/** The end of one user's sign-in says nothing about the application. */
const TOKENS = `
SELECT record ->> 'atMs' AS at, event, record -> 'facts' ->> 'registryVersion' AS version,
       record -> 'facts' ->> 'diagnosis' AS diagnosis, record -> 'facts' ->> 'messageId' AS message_id
  FROM audit.event
 WHERE record ->> 'applicationId' = $1 AND kind = 'SYSTEM' AND event IN ('MINT_OK', 'MINT_FAILED')
   AND record -> 'facts' ->> 'diagnosis' IS DISTINCT FROM 'SIGN_IN_OVER'
 ORDER BY started_at DESC, seq DESC LIMIT ${String(NEWEST)}`;

const READS = `
SELECT o.record ->> 'atMs' AS at, i.record ->> 'registryVersion' AS version, i.attempt_id, i.interaction,
       o.record ->> 'upstreamStatus' AS status, o.record ->> 'diagnosis' AS diagnosis
  FROM audit.event i
  JOIN audit.event o ON o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME'
 WHERE i.record ->> 'applicationId' = $1 AND i.kind = 'INTENT' AND o.record ->> 'upstreamStatus' IS NOT NULL
 ORDER BY i.started_at DESC LIMIT 1`;
