import { asidPlanCsv } from '@gatehouse/contracts/registry/asid-plan-csv';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import { type Command, Option } from 'commander';
import { call } from '../api.js';
import { type Context, defined, listOf } from '../command.js';
import { show, table } from '../output.js';
import type { Settings } from '../settings.js';

type Asked = RequestOf<'planShow'>['body'];
type Plan = AnswerOf<'planShow'>;

export function plannerCommands(program: Command, { settings, output, setExitCode }: Context): void {
  program
    .command('plan')
    .description(
      'which applications and ASIDs are wanted, held against those there are; exit code 1 if they differ',
    )
    .addOption(
      new Option('--layout <layout>', 'one ASID per organisation, or a shared user-restricted one')
        .choices(['per-organisation', 'shared'])
        .default('per-organisation'),
    )
    .option('--combinations', 'every combination of what is chosen, instead of what clients are granted')
    .option('--organisations <list>', 'ODS codes, with commas', listOf)
    .option('--products <list>', 'products, with commas', listOf)
    .option('--environments <list>', 'environments, with commas', listOf)
    .option('--csv', 'as CSV')
    .action(async (options: Asked & { combinations?: true; csv?: true }) => {
      const { combinations, csv, ...chosen } = options;
      const plan = await wholePlan(settings, {
        ...defined(chosen),
        wanted: combinations === true ? 'combinations' : 'grants',
      });
      if (csv === true && !output.json) output.out(asidPlanCsv(plan.items).trimEnd());
      else show(output, plan, planText);
      if (plan.items.some(({ state }) => state !== 'present')) setExitCode(1);
    });
}

async function wholePlan(settings: Settings, asked: Asked): Promise<Plan> {
  const items: Plan['items'] = [];
  let page = await call(settings, 'planShow', { body: { ...asked, limit: 5_000 } });
  items.push(...page.items);
  while (page.next !== null) {
    page = await call(settings, 'planShow', { body: { ...asked, limit: 5_000, after: page.next } });
    items.push(...page.items);
  }
  return { ...page, items };
}

function planText({ counts, items }: Plan): string {
  const rows = table(items, [
    ['State', (row) => row.state],
    ['Name', (row) => row.name],
    ['ASID', (row) => row.applications.flatMap(({ asid }) => asid ?? [])],
    ['What to know', (row) => row.note],
  ]);
  const counted = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return `${rows}\n${counted.join(', ')}.`;
}
