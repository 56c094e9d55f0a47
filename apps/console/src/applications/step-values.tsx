import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Copyable } from '../parts/copyable.js';
import { Facts } from '../parts/facts.js';

type Step = AnswerOf<'applicationChecklist'>['steps'][number];

/** What has to be entered elsewhere exactly, and who gives what is not known yet. */
export function StepValues({ values }: Pick<Step, 'values'>) {
  if (values.length === 0) return null;
  return (
    <Facts
      facts={values.map(({ name, value, known }) => [
        name,
        known ? <Copyable key={name} text={value} name={name} /> : value,
      ])}
    />
  );
}
