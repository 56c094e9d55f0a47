/** A connection to PostgreSQL that commits durably, has time limits, and can be cut without waiting for the server. */
import { Socket } from 'node:net';
import pg from 'pg';

/** The server's limit. It is longer than any wait here, and keeps an abandoned statement from holding locks for ever. */
const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;

export class Connection {
  readonly #databaseUrl: string;
  readonly #queryTimeoutMs: number;
  readonly #onLost: () => void;
  #current: { readonly client: pg.Client; readonly socket: Socket } | null = null;

  /** `onLost` is called if the server or the network breaks the connection, not if it is cut here. */
  constructor(databaseUrl: string, queryTimeoutMs: number, onLost: () => void = () => undefined) {
    this.#databaseUrl = databaseUrl;
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#onLost = onLost;
  }

  get isOpen(): boolean {
    return this.#current !== null;
  }

  /** @throws if it is not open */
  get client(): pg.Client {
    if (this.#current === null) throw new Error('not connected');
    return this.#current.client;
  }

  /** The open connection, or a new one. Must not be called again before it has returned. */
  async open(): Promise<pg.Client> {
    if (this.#current !== null) return this.#current.client;
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      stream: () => socket,
      application_name: 'gatehouse-audit',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: this.#queryTimeoutMs,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    const lost = (): void => {
      if (this.#current?.client !== client) return;
      this.cut();
      this.#onLost();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      // As a statement, since options in the URL would override those given here.
      await client.query('SET synchronous_commit = on');
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#current = { client, socket };
    return client;
  }

  cut(): void {
    const current = this.#current;
    this.#current = null;
    current?.socket.destroy();
  }
}
