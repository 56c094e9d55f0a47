/** The reasons for which requests were rejected or failed lately, and not in the 24 hours before. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert } from '@mui/material';
import { clockTime } from '../../parts/dates.js';
import { LinkedFigure, ofCode, type RequestsBehind } from './requests-behind.js';

type Props = Pick<AnswerOf<'dashboardShow'>, 'reasons'> & { readonly requestsBehind: RequestsBehind };

export function NewReasons({ reasons, requestsBehind }: Props) {
  return reasons.map(({ code, newSince }) =>
    newSince === null ? null : (
      <Alert key={code} severity="info" sx={{ mb: 1 }}>
        <LinkedFigure to={behind(code, newSince, requestsBehind)}>{code}</LinkedFigure> is new since{' '}
        {clockTime(newSince)}. It did not occur in the 24 hours before.
      </Alert>
    ),
  );
}

function behind(code: string, from: string, requestsBehind: RequestsBehind): string | undefined {
  const filter = ofCode(code);
  return filter === null ? undefined : requestsBehind({ ...filter, from });
}
