import type { PendingChangeView } from '@gatehouse/contracts/governance/change-resources';
import type { Command } from 'commander';
import { call } from '../api.js';
import { because, type Context, defined } from '../command.js';
import { everyPage } from '../every-page.js';
import { record, show, table, yaml } from '../output.js';

/** Deciding is not among them: a person does that in the console. */
export function changeCommands(program: Command, { settings, output }: Context): void {
  const changes = program.command('changes').description('changes that wait for a second person');

  changes
    .command('list')
    .option('--state <state>', 'pending, approved, rejected, withdrawn, expired or stale', 'pending')
    .action(async ({ state }: { state: string }) => {
      show(output, await everyPage(settings, 'changeList', { state }), (rows) =>
        table(rows, [
          ['Id', (row) => row.id],
          ['State', (row) => row.state],
          ['Needed for', (row) => row.rules],
          ['Organisations', (row) => row.organisations],
          ['Asked by', (row) => row.requestedBy],
          ['Until', (row) => row.expiresAt],
        ]),
      );
    });

  changes
    .command('show <id>')
    .description('one change, with the rows it would write')
    .action(async (id: string) => {
      show(output, await call(settings, 'changeShow', { params: { id } }), text);
    });

  because(changes.command('withdraw <id>'))
    .description('withdraw a change that you asked for')
    .action(async (id: string, options: { reason?: string }) => {
      show(output, await call(settings, 'changeWithdraw', { params: { id }, body: defined(options) }), text);
    });
}

function text({ diff, ...change }: PendingChangeView): string {
  const facts = record({
    id: change.id,
    state: change.state,
    'needed for': change.rules,
    organisations: change.organisations,
    'asked by': change.requestedBy,
    reason: change.reason,
    until: change.expiresAt,
    'decided by': change.decidedBy,
  });
  return `${facts}\n${yaml(diff)}`;
}
