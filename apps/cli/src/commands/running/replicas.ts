/** The processes of Gatehouse, as each last reported itself. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../../api.js';
import type { Context } from '../../options.js';
import { print, table } from '../../output.js';

export function replicaCommand(program: Command, { settings, output, setExitCode }: Context): void {
  program
    .command('replicas')
    .description(
      'List the processes of Gatehouse, with their versions and what is wrong with them. The exit code is 1 if one is not well or a background job is overdue.',
    )
    .action(async () => {
      const answer = await call(settings, 'replicaList', {});
      print(output, answer, replicasText);
      const isWell = answer.replicas.every(({ state }) => state === 'well');
      setExitCode(isWell && answer.overdueJobs.length === 0 ? 0 : 1);
    });
}

function replicasText({ replicas, overdueJobs }: AnswerOf<'replicaList'>): string {
  const rows = table(
    replicas,
    [
      ['Replica', ({ id }) => id],
      ['Roles', ({ roles }) => roles],
      ['Version', ({ version }) => version],
      ['Started', ({ startedAt }) => startedAt],
      ['Last seen', ({ seenAt }) => seenAt],
      ['State', ({ state }) => state],
      ['Faults', ({ faults }) => faults.join('; ')],
    ],
    'No replica reports itself.',
  );
  return overdueJobs.length === 0 ? rows : `${rows}\n\nOverdue background jobs: ${overdueJobs.join(', ')}`;
}
