/** The rows that the steps of a plan write, inside the row of the plan. */
import type { DiffRow } from './change-diff.js';

/** As `impact_plan.steps` keeps them. */
export interface StepRows {
  readonly order: number;
  readonly title: string;
  readonly rows: readonly DiffRow[];
}

export function stepsOfPlan(row: Readonly<Record<string, unknown>>): readonly StepRows[] {
  const { steps } = row;
  return Array.isArray(steps) ? (steps as readonly StepRows[]) : [];
}

/** A diff in which the rows of each step follow the row of their plan, for people to read. */
export function withRowsOfPlans(diff: readonly DiffRow[]): readonly DiffRow[] {
  return diff.flatMap((row) => {
    if (row.table !== 'impact_plan') return [row];
    const steps = stepsOfPlan(row.after ?? row.before ?? {});
    const shown = [row.before, row.after].map((side) => withoutSteps(side));
    const [before = null, after = null] = shown;
    return [
      { ...row, before, after },
      ...steps.flatMap(({ order, rows }) =>
        rows.map((each) => ({ ...each, table: inStep(each.table, order) })),
      ),
    ];
  });
}

/** A record that is shown as it would be keeps these words at its end: by them it is known not to be written itself. */
function inStep(table: string, order: number): string {
  const shown = ' as it would be';
  return table.endsWith(shown)
    ? `${table.slice(0, -shown.length)} (step ${order})${shown}`
    : `${table} (step ${order})`;
}

function withoutSteps(row: Readonly<Record<string, unknown>> | null) {
  if (row === null) return null;
  const { steps: _, event: __, ...shown } = row;
  return { ...shown, steps: stepsOfPlan(row).map(({ order, title }) => `${order}. ${title}`) };
}
