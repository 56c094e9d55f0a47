import { asidPlanCsv } from '@gatehouse/contracts/asid-plan/asid-plan-csv';
import { asidPlanRequest } from '@gatehouse/contracts/asid-plan/planner-resources';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../api.js';
import { choice, commaSeparated, type Context, defined } from '../options.js';
import { print, table } from '../output.js';
import type { Settings } from '../settings.js';

type PlanRequest = RequestOf<'planShow'>['body'];
type Plan = AnswerOf<'planShow'>;

const LARGEST_PAGE = 5_000;

export function asidPlanCommand(program: Command, { settings, output, setExitCode }: Context): void {
  program
    .command('plan')
    .description(
      'Compare the applications and ASIDs that are needed with those that exist. The exit code is 1 while they differ.',
    )
    .addOption(
      choice(
        '--layout <layout>',
        'one ASID for each organisation, or one user-restricted ASID shared by all',
        asidPlanRequest.shape.layout.unwrap().options,
      ).default('per-organisation'),
    )
    .option(
      '--combinations',
      'plan every combination of the organisations, products and environments chosen, instead of what clients are granted',
    )
    .option('--organisations <list>', 'ODS codes, separated by commas', commaSeparated)
    .option('--products <list>', 'products, separated by commas', commaSeparated)
    .option('--environments <list>', 'environments, separated by commas', commaSeparated)
    .option('--csv', 'print CSV')
    .action(async (options: PlanRequest & { combinations?: true; csv?: true }) => {
      const { combinations, csv, ...rest } = options;
      const wanted = combinations === true ? 'combinations' : 'grants';
      const plan = await wholePlan(settings, { ...defined(rest), wanted });
      if (csv === true && !output.json) output.out(asidPlanCsv(plan.items).trimEnd());
      else print(output, plan, planText);
      if (plan.items.some(({ state }) => state !== 'present')) setExitCode(1);
    });
}

async function wholePlan(settings: Settings, request: PlanRequest): Promise<Plan> {
  const items: Plan['items'] = [];
  let page = await call(settings, 'planShow', { body: { ...request, limit: LARGEST_PAGE } });
  items.push(...page.items);
  while (page.next !== null) {
    page = await call(settings, 'planShow', { body: { ...request, limit: LARGEST_PAGE, after: page.next } });
    items.push(...page.items);
  }
  return { ...page, items };
}

function planText({ counts, items }: Plan): string {
  const rows = table(items, [
    ['State', (row) => row.state],
    ['Name', (row) => row.name],
    ['ASID', (row) => row.applications.flatMap(({ asid }) => asid ?? [])],
    ['Note', (row) => row.note],
  ]);
  const summary = Object.entries(counts).map(([state, number]) => `${number} ${state}`);
  return `${rows}\n${summary.join(', ')}.`;
}
