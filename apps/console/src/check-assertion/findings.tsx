import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { Facts } from '../parts/facts.js';

type Report = AnswerOf<'assertionLint'>;
type Fault = Report['faults'][number];

/** In the order of API Management: its answer first, then what it would answer next. */
export function Findings({ ok, faults, warnings, notChecked }: Report) {
  return (
    <Box sx={{ mt: 2 }}>
      {ok ? <Alert severity="success">Nothing is wrong with this assertion.</Alert> : null}
      {faults.map((fault, index) => (
        <Finding key={fault.code} {...fault} isFirst={index === 0} />
      ))}
      {warnings.map((warning) => (
        <Alert key={warning} severity="warning" sx={{ mt: 1 }}>
          {warning}
        </Alert>
      ))}
      <Typography variant="h2" sx={{ mt: 2 }}>
        Not checked
      </Typography>
      <Typography>Only a call would show:</Typography>
      <ul>
        {notChecked.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </Box>
  );
}

function Finding({
  isFirst,
  status,
  error,
  description,
  place,
  whatToDo,
}: Fault & { readonly isFirst: boolean }) {
  return (
    <Box sx={{ mt: 2 }}>
      <Alert severity={isFirst ? 'error' : 'warning'}>
        {isFirst ? 'API Management would answer' : 'Then it would answer'} {status} {error}: {description}
      </Alert>
      <Facts
        facts={[
          ['Where', place],
          ['What to do', whatToDo],
        ]}
      />
    </Box>
  );
}
