import { changeState, type PendingChangeView } from '@gatehouse/contracts/governance/change-resources';
import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { call } from '../api.js';
import { choice, type Context, defined, withReason } from '../options.js';
import { fieldList, print, table, yaml } from '../output.js';

/** There is no command to approve a change: people do that in the console. */
export function changeCommands(program: Command, { settings, output }: Context): void {
  const changes = program
    .command('changes')
    .description('Show and withdraw changes that wait for a second person.');

  changes
    .command('list')
    .description('List changes by their state.')
    .addOption(choice('--state <state>', 'state of the change', changeState.options).default('pending'))
    .action(async ({ state }: { state: string }) => {
      print(output, await allPages(settings, 'changeList', { state }), (rows) =>
        table(rows, [
          ['Id', (row) => row.id],
          ['State', (row) => row.state],
          ['Change', (row) => row.summary[0] ?? ''],
          ['Organisations', (row) => row.organisations],
          ['Requested by', (row) => row.requestedBy],
          ['Until', (row) => row.expiresAt],
        ]),
      );
    });

  changes
    .command('show <id>')
    .description('Show one change, with the rows that it would write.')
    .action(async (id: string) => {
      print(output, await call(settings, 'changeShow', { params: { id } }), changeText);
    });

  withReason(changes.command('withdraw <id>'))
    .description('Withdraw a change that you requested.')
    .action(async (id: string, options: { reason?: string }) => {
      const change = await call(settings, 'changeWithdraw', { params: { id }, body: defined(options) });
      print(output, change, changeText);
    });
}

function changeText({ diff, summary, ...change }: PendingChangeView): string {
  const fields = fieldList({
    id: change.id,
    state: change.state,
    'needed for': change.rules,
    organisations: change.organisations,
    'requested by': change.requestedBy,
    reason: change.reason,
    until: change.expiresAt,
    'decided by': change.decidedBy,
  });
  return `${summary.join('\n')}\n\n${fields}\n${yaml(diff)}`;
}
