/**
 * The slots of all applications in PostgreSQL, and the replicas that take them (ADR 45). One statement takes a slot for
 * each application that waits in this process; the row's lock and the server's clock make it exact for all replicas.
 */
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BELIEVED_MS,
  LONGEST_AHEAD_MS,
  type Replica,
  type ReplicaState,
} from '@gatehouse/domain/policy/rate-sharing';
import pg from 'pg';

export interface SlotRequest {
  readonly key: string;
  readonly intervalMs: number;
  /** The slot that this process was given last and could not use; -1 for none. It is free again if it is the newest. */
  readonly unusedAtMs: number;
}

export interface TakenSlot {
  readonly key: string;
  /** False if the next slot is too far ahead to be given. */
  readonly isGiven: boolean;
  /** When the slot begins; epoch ms by the store's clock, as the next two. */
  readonly atMs: number;
  readonly nextAtMs: number;
  readonly storeMs: number;
  /** Slots used in the calendar minute of this one. */
  readonly usedInMinute: number;
}

export interface Beat {
  readonly id: string;
  readonly state: ReplicaState;
  /** When it is sent, by the store's clock; null if that is not known yet. */
  readonly sentAtMs: number | null;
  /** When this replica changed how it takes slots, by the same clock; null if it never did. */
  readonly changedAtMs: number | null;
}

export interface SlotStore {
  take(requests: readonly SlotRequest[], leadMs: number): Promise<readonly TakenSlot[]>;
  /** Writes the own row and reads the others, without those whose process has ended. */
  beat(beat: Beat): Promise<{ readonly storeMs: number; readonly others: readonly Replica[] }>;
  leave(id: string): Promise<void>;
  cut(): void;
}

const CONNECT_MS = 2_000;
/** A store that is silent holds up no shutdown. */
const LEAVE_MS = 2_000;
/** The server gives up a statement that waits for so long, for a lock for example. */
const STATEMENT_MS = 10_000;

const NOW_MS = 'extract(epoch FROM clock_timestamp())::float8 * 1000';

/** `nextSlot` in SQL, evaluated once the row is locked. A clock that was set back is believed. */
const TAKE = `
  WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[]) AS asked (key, interval_ms, unused_at)
  )
  INSERT INTO rate.slot AS slot (key, taken_at, next_at, minute, used, ticket)
  SELECT key, now.ms + $4, now.ms + $4 + interval_ms, floor((now.ms + $4) / 60000), 1, $5
  FROM asked, (SELECT ${NOW_MS} AS ms) AS now
  ORDER BY key
  ON CONFLICT (key) DO UPDATE SET (taken_at, next_at, minute, used, ticket) = (
    SELECT CASE WHEN near THEN turn ELSE slot.taken_at END,
           CASE WHEN near THEN turn + interval_ms ELSE slot.next_at END,
           CASE WHEN near THEN floor(turn / 60000) ELSE slot.minute END,
           CASE WHEN near THEN
             CASE WHEN floor(turn / 60000) = slot.minute THEN slot.used + 1 - reused ELSE 1 END
           ELSE slot.used END,
           CASE WHEN near THEN $5 ELSE slot.ticket END
    FROM (
      SELECT interval_ms, turn, reused, turn <= now_ms + $4 + ${LONGEST_AHEAD_MS} AS near
      FROM (
        SELECT interval_ms, now_ms, reused, greatest(now_ms + $4, CASE
          WHEN reused = 1 THEN slot.taken_at
          WHEN slot.next_at > now_ms + $4 + interval_ms + ${LONGEST_AHEAD_MS + BELIEVED_MS} THEN now_ms + ${LONGEST_AHEAD_MS}
          ELSE slot.next_at END) AS turn
        FROM (
          SELECT interval_ms, ${NOW_MS} AS now_ms, (slot.taken_at = unused_at)::int AS reused
          FROM asked WHERE asked.key = slot.key
        ) AS known
      ) AS turns
    ) AS choice
  )
  RETURNING key, ticket = $5 AS given, taken_at AS at, next_at, used, ${NOW_MS} AS now_ms`;

/** A replica whose connection has ended without a word has ended itself: it can't hold the others up (ADR 45). */
const BEAT = `
  WITH me AS (
    INSERT INTO rate.replica AS me (id, backend_pid, backend_started_at, seen_at, state, changed_at)
    SELECT $1, pid, backend_start, least($2, ${NOW_MS}), $3, $4 FROM pg_stat_activity WHERE pid = pg_backend_pid()
    ON CONFLICT (id) DO UPDATE SET backend_pid = excluded.backend_pid, seen_at = excluded.seen_at,
      backend_started_at = excluded.backend_started_at, state = excluded.state, changed_at = excluded.changed_at
  ), gone AS (
    DELETE FROM rate.replica AS other WHERE id <> $1 AND NOT EXISTS (
      SELECT FROM pg_stat_activity AS backend
      WHERE backend.pid = other.backend_pid AND backend.backend_start = other.backend_started_at)
    RETURNING id
  )
  SELECT now.ms AS now_ms, other.id, other.state, now.ms - other.seen_at AS age_ms,
    now.ms - other.changed_at AS changed_ago_ms
  FROM (SELECT ${NOW_MS} AS ms) AS now
  LEFT JOIN rate.replica AS other ON other.id <> $1 AND other.id NOT IN (SELECT id FROM gone)`;

/** @param onLost called if the server or the network breaks the connection, not if it is cut here */
export async function openSlotStore(databaseUrl: string, onLost: () => void): Promise<SlotStore> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: databaseUrl,
    stream: () => socket,
    application_name: 'gatehouse-rate',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
  });
  let isOpen = false;
  const lost = (): void => {
    if (isOpen) onLost();
    isOpen = false;
  };
  client.on('error', lost);
  client.on('end', lost);
  let tickets = 0;
  const cut = (): void => {
    isOpen = false;
    socket.destroy();
  };
  try {
    await client.connect();
    isOpen = true;
    const name = randomUUID();
    return {
      async take(requests, leadMs) {
        tickets += 1;
        const { rows } = await client.query<TakenRow>({
          name: 'rate-take',
          text: TAKE,
          values: [
            requests.map(({ key }) => key),
            requests.map(({ intervalMs }) => intervalMs),
            requests.map(({ unusedAtMs }) => unusedAtMs),
            leadMs,
            `${name}:${tickets}`,
          ],
        });
        return rows.map(slotOf);
      },
      async beat({ id, state, sentAtMs, changedAtMs }) {
        const values = [id, sentAtMs, state, changedAtMs];
        const { rows } = await client.query<BeatRow>({ name: 'rate-beat', text: BEAT, values });
        return { storeMs: rows[0]?.now_ms ?? 0, others: rows.flatMap(replicaOf) };
      },
      async leave(id) {
        const left = client.query('DELETE FROM rate.replica WHERE id = $1', [id]).then(() => {
          isOpen = false;
          return client.end();
        });
        left.catch(() => undefined);
        const tooLate = pause(LEAVE_MS, undefined, { ref: false }).then(() => {
          throw new Error('the store of rates did not answer');
        });
        await Promise.race([left, tooLate]);
      },
      cut,
    };
  } catch (error) {
    cut();
    throw error;
  }
}

interface TakenRow {
  readonly key: string;
  readonly given: boolean;
  readonly at: number;
  readonly next_at: number;
  readonly used: number;
  readonly now_ms: number;
}

function slotOf(row: TakenRow): TakenSlot {
  const { key, given, at, used } = row;
  return {
    ...{ key, isGiven: given, atMs: at, nextAtMs: row.next_at },
    ...{ storeMs: row.now_ms, usedInMinute: used },
  };
}

interface BeatRow {
  readonly now_ms: number;
  /** Null in the one row that there is if nobody else is there. */
  readonly id: string | null;
  readonly state: ReplicaState;
  readonly age_ms: number;
  readonly changed_ago_ms: number | null;
}

function replicaOf({ id, state, age_ms: ageMs, changed_ago_ms: changedAgoMs }: BeatRow): Replica[] {
  return id === null ? [] : [{ id, state, ageMs, changedAgoMs }];
}
