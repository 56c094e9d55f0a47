import { createHash, randomBytes } from 'node:crypto';
import { mintAdminToken } from '@gatehouse/domain/input/opaque-key';
import type { Command } from 'commander';
import type pg from 'pg';
import { withDatabase } from '../database.js';
import { Failure } from '../failure.js';
import { type Context, wholeNumber } from '../options.js';
import { fieldList, print } from '../output.js';

const DAY_MS = 86_400_000;
const SCOPES = ['registry', 'governance', 'audit'];
const ACTOR = 'gatehouse bootstrap';

interface BootstrapOptions {
  readonly expiresInDays: number;
  readonly label: string;
  readonly force?: true;
}

/** Apart from migrate, the only command that doesn't use the admin API: nobody has a token for it yet. */
export function bootstrapCommand(program: Command, { settings, output }: Context): void {
  program
    .command('bootstrap')
    .description(
      'Create the first admin token, with all scopes, directly in the database (DATABASE_URL). It is shown once.',
    )
    .option('--expires-in-days <days>', 'days until it expires, at most 366', wholeNumber(1, 366), 30)
    .option('--label <text>', 'who will use it; recorded with every change they make', 'bootstrap')
    .option('--force', 'create one even if there is a usable token')
    .action(async (options: BootstrapOptions) => {
      if (settings.databaseUrl === undefined) throw new Failure('DATABASE_URL is not set.', 2);
      const config = { connectionString: settings.databaseUrl, application_name: ACTOR };
      const created = await withDatabase(config, 'DATABASE_URL', (client) => createToken(client, options));
      print(output, created, ({ token, tokenId, scopes, expiresAt }) =>
        [
          fieldList({ token, 'token id': tokenId, scopes, 'expires at': expiresAt }),
          'The token is not shown again. Set GATEHOUSE_ADMIN_TOKEN to it.',
        ].join('\n'),
      );
    });
}

async function createToken(client: pg.Client, { label, expiresInDays, force }: BootstrapOptions) {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + expiresInDays * DAY_MS);
  const { id: tokenId, key: token } = mintAdminToken(randomBytes);
  await client.query('BEGIN');
  try {
    await client.query("SELECT set_config('gatehouse.actor', $1, true)", [ACTOR]);
    await client.query('LOCK TABLE admin_token IN SHARE ROW EXCLUSIVE MODE');
    if (force !== true) await refuseIfUsable(client, now);
    await client.query(
      `INSERT INTO admin_token (token_id, label, secret_hash, scopes, created_at, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [tokenId, label, createHash('sha256').update(token).digest('hex'), SCOPES, now, ACTOR, expiresAt],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  return { token, tokenId, scopes: SCOPES, expiresAt: expiresAt.toISOString() };
}

async function refuseIfUsable(client: pg.Client, now: Date): Promise<void> {
  const { rows } = await client.query<{ label: string; token_id: string }>(
    'SELECT label, token_id FROM admin_token WHERE revoked_at IS NULL AND expires_at > $1',
    [now],
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => `${row.label} (${row.token_id})`).join(', ');
  throw new Failure(
    `There is a usable admin token already: ${names}. Create another with "gatehouse tokens create". If they are all lost, use --force.`,
  );
}
