import { createHash, randomBytes } from 'node:crypto';
import { mintAdminToken } from '@gatehouse/domain/input/opaque-key';
import type { Command } from 'commander';
import pg from 'pg';
import { type Context, wholeNumber } from '../command.js';
import { Failure } from '../failure.js';
import { record, show } from '../output.js';

const DAY_MS = 86_400_000;
const SCOPES = ['registry', 'governance', 'audit'];

/** The one thing that doesn't go through the admin API, since nobody has a token for it yet. */
export function bootstrapCommand(program: Command, { settings, output }: Context): void {
  program
    .command('bootstrap')
    .description('mint the first admin token straight in the database (DATABASE_URL)')
    .option('--expires-in-days <days>', 'default 30', wholeNumber, 30)
    .option('--label <text>', 'who will use it', 'bootstrap')
    .option('--force', 'even though a usable token exists')
    .action(
      async ({ expiresInDays, label, force }: { expiresInDays: number; label: string; force?: true }) => {
        if (settings.databaseUrl === undefined) throw new Failure('Set DATABASE_URL.', 2);
        if (expiresInDays < 1 || expiresInDays > 366) throw new Failure('A token lives 1 to 366 days.', 2);
        const client = new pg.Client({
          connectionString: settings.databaseUrl,
          application_name: 'gatehouse bootstrap',
        });
        await client.connect();
        try {
          const minted = await mint(client, label, expiresInDays, force === true);
          show(output, minted, ({ token, tokenId, scopes, expiresAt }) =>
            [
              record({ token, 'token id': tokenId, scopes, 'expires at': expiresAt }),
              'This is the only time the token is shown. Put it into GATEHOUSE_ADMIN_TOKEN.',
            ].join('\n'),
          );
        } finally {
          await client.end();
        }
      },
    );
}

async function mint(client: pg.Client, label: string, expiresInDays: number, force: boolean) {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + expiresInDays * DAY_MS);
  const { id: tokenId, key: token } = mintAdminToken(randomBytes);
  await client.query('BEGIN');
  try {
    await client.query("SELECT set_config('gatehouse.actor', 'gatehouse bootstrap', true)");
    await client.query('LOCK TABLE admin_token IN SHARE ROW EXCLUSIVE MODE');
    const usable = await client.query<{ label: string; token_id: string }>(
      'SELECT label, token_id FROM admin_token WHERE revoked_at IS NULL AND expires_at > $1',
      [now],
    );
    if (usable.rows.length > 0 && !force) {
      const names = usable.rows.map((row) => `${row.label} (${row.token_id})`).join(', ');
      throw new Failure(
        `There are usable admin tokens: ${names}. Make another with "gatehouse tokens create"; with --force, if they are all lost.`,
      );
    }
    await client.query(
      `INSERT INTO admin_token (token_id, label, secret_hash, scopes, created_at, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, 'gatehouse bootstrap', $6)`,
      [tokenId, label, createHash('sha256').update(token).digest('hex'), SCOPES, now, expiresAt],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  return { token, tokenId, scopes: SCOPES, expiresAt: expiresAt.toISOString() };
}
