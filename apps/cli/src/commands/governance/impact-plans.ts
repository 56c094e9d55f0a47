/** Plans that are approved as a whole: `gatehouse impact plans …`. */
import type { ImpactPlanView } from '@gatehouse/contracts/impact/impact-plan-routes';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { type Context, defined, withReason } from '../../options.js';
import { fieldList, print, table } from '../../output.js';

export function impactPlanCommands(impact: Command, { settings, output }: Context): void {
  const plans = impact
    .command('plans')
    .description('Carry out plans that were approved as a whole, and follow their progress.');

  plans
    .command('list')
    .description('List the plans, newest first.')
    .option('--open', 'only those that have not ended')
    .action(async ({ open }: { readonly open?: true }) => {
      const query = open ? { state: 'open' as const } : {};
      print(output, await allPages(settings, 'impactPlanList', query), (rows) =>
        table(
          rows,
          [
            ['Id', ({ id }) => id],
            ['About', ({ subject }) => subject],
            ['State', ({ state }) => state],
            ['Authorised by', ({ authorisedBy }) => authorisedBy],
            ['Authorised', ({ authorisedAt }) => authorisedAt],
            ['Refused', ({ refusedStep }) => refusedStep],
          ],
          'No plan has been approved.',
        ),
      );
    });

  plans
    .command('show <id>')
    .description('Show which steps are done, which wait, and why.')
    .action(async (id: string) => {
      print(output, await call(settings, 'impactPlanShow', { params: { id } }), planText);
    });

  withReason(plans.command('carry-out <id>'))
    .description(
      'Carry out the steps that can be done now, in order, up to the first that is refused or waits.',
    )
    .action(async (id: string, options: { readonly reason?: string }) => {
      const answer = await call(settings, 'impactPlanCarryOut', { params: { id }, body: defined(options) });
      print(output, answer, planText);
    });

  plans
    .command('tick <id> <step>')
    .description('Confirm that a step outside Gatehouse is done, such as one that NHS England carries out.')
    .requiredOption('--reason <text>', 'who did it, and when')
    .action(async (id: string, step: string, { reason }: { readonly reason: string }) => {
      const answer = await call(settings, 'impactPlanTick', { params: { id, step }, body: { reason } });
      print(output, answer, planText);
    });

  plans
    .command('end <id>')
    .description('End a plan. What is done stays done; nothing more is carried out under its approval.')
    .requiredOption('--reason <text>', 'why it ends')
    .action(async (id: string, { reason }: { readonly reason: string }) => {
      const answer = await call(settings, 'impactPlanEnd', { params: { id }, body: { reason } });
      print(output, answer, planText);
    });
}

export function planText(plan: ImpactPlanView): string {
  return [
    fieldList({
      Id: plan.id,
      About: plan.subject,
      State: plan.endedBecause === null ? plan.state : `${plan.state}: ${plan.endedBecause}`,
      'Authorised by': plan.authorisedBy,
      'Counts from': plan.firstMoment,
      'Next step': plan.next ?? 'nothing can be carried out now',
    }),
    table(plan.steps, [
      ['Step', ({ order }) => order],
      ['Id', ({ id }) => id],
      ['State', ({ state }) => state],
      ['Who', ({ whoActs, closedBy }) => (closedBy === 'plan' ? 'Gatehouse' : whoActs)],
      ['What', ({ title }) => title],
      ['Because', ({ because }) => because],
    ]),
  ].join('\n\n');
}
