import type { AnswerOf } from '@gatehouse/contracts/routes';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

type Job = AnswerOf<'jobShow'>;

export function RetryJob({ id, mayRetry, waits }: Job) {
  if (!mayRetry) return null;
  return (
    <RouteDialog
      route="jobRetry"
      label="Retry"
      intro={waits}
      params={{ id }}
      fields={[{ ...REASON_REQUIRED, help: 'Kept in the audit trail' }]}
      done="The job runs again as soon as a worker is free."
    />
  );
}
