/** The reasons for which requests were rejected or failed lately, and not in the 24 hours before. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert } from '@mui/material';
import { clockTime } from '../parts/dates.js';

export function NewReasons({ reasons }: Pick<AnswerOf<'dashboardShow'>, 'reasons'>) {
  return reasons.map(({ code, newSince }) =>
    newSince === null ? null : (
      <Alert key={code} severity="info" sx={{ mb: 1 }}>
        {code} is new since {clockTime(newSince)}. It did not occur in the 24 hours before.
      </Alert>
    ),
  );
}
