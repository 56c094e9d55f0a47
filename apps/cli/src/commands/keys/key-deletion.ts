/** The monthly list of keys to delete in KMS: `gatehouse keys deletions`. */
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { type Context, defined, withReason } from '../../options.js';
import { fieldList, print, table } from '../../output.js';

export function keyDeletionCommands(keys: Command, { settings, output }: Context): void {
  const deletions = keys
    .command('deletions')
    .description('Disabled keys that are proposed for deletion in KMS, in one list a month.');

  deletions
    .command('list')
    .description('List the keys proposed in a month, with when each was disabled and what was decided.')
    .option('--month <month>', 'such as 2026-11; the newest list if left out')
    .action(async (options: { month?: string }) => {
      print(output, await allPages(settings, 'keyDeletionList', defined(options)), (rows) =>
        table(
          rows,
          [
            ['Month', (row) => row.month],
            ['Kid', (row) => row.kid],
            ['Owner', (row) => row.owner.name],
            ['Organisations', (row) => row.organisations.join(', ')],
            ['Disabled', (row) => row.disabledAt],
            ['Signed until', (row) => row.signedUntil],
            ['Last signature', (row) => row.lastSignedAt ?? 'none in the trail'],
            ['State', (row) => row.state],
            ['Deleted on', (row) => row.deletesAt],
            ['Reason', (row) => row.reason],
          ],
          'No keys are proposed for deletion.',
        ),
      );
    });

  withReason(deletions.command('approve <month>'))
    .description('Approve the newest list. KMS deletes the keys that are left on it 30 days later.')
    .action(async (month: string, options: { reason?: string }) => {
      const approved = await call(settings, 'keyDeletionApprove', {
        params: { month },
        body: defined(options),
      });
      print(output, approved, fieldList);
    });

  for (const [name, route, description] of [
    ['strike', 'keyDeletionStrike', 'Keep a key: strike it off the newest list.'],
    ['cancel', 'keyDeletionCancel', 'Keep a key whose deletion is approved. It stays disabled.'],
  ] as const)
    deletions
      .command(`${name} <month> <kid>`)
      .description(description)
      .requiredOption('--reason <text>', 'why the key is kept')
      .action(async (month: string, kid: string, body: { reason: string }) => {
        const kept = await call(settings, route, { params: { month, kid }, body });
        print(output, kept, ({ state, reason }) => fieldList({ kid, month, state, reason }));
      });
}
