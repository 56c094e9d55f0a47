import { expect, it } from 'vitest';
import { withRowsOfPlans } from './plan-rows.js';

it('shows the rows of each step behind the row of the plan, and leaves other rows alone', () => {
  const row = (table: string) => ({ table, key: 'k', before: null, after: { state: 'retired' } });
  const steps = [
    { order: 1, title: 'Wait', rows: [] },
    { order: 2, title: 'Retire', rows: [row('application'), row('client as it would be')] },
  ];
  const plan = { ...row('impact_plan'), after: { subject: 'organisation R69', event: { kind: 'x' }, steps } };
  expect(withRowsOfPlans([row('client'), plan])).toEqual([
    row('client'),
    { ...plan, after: { subject: 'organisation R69', steps: ['1. Wait', '2. Retire'] } },
    row('application (step 2)'),
    row('client (step 2) as it would be'),
  ]);
});
