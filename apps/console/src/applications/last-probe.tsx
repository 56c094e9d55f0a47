import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, AlertTitle, Typography } from '@mui/material';
import { Copyable } from '../parts/copyable.js';
import { moment } from '../parts/dates.js';
import { Facts } from '../parts/facts.js';

type Probe = NonNullable<AnswerOf<'applicationChecklist'>['probe']>;

/** What the last probe of an application found, with what to send to those who must act. */
export function LastProbe({ at, by, asked, limits, finding }: Probe) {
  return (
    <Alert severity={finding === null ? 'success' : 'error'} sx={{ mb: 1 }}>
      <AlertTitle>
        {finding === null
          ? `The last probe found nothing wrong on ${moment(at)}.`
          : `The last probe found a fault on ${moment(at)}.`}
      </AlertTitle>
      {finding === null ? null : <Finding {...finding} />}
      <Typography>
        {asked.length === 0 ? 'NHS England was not asked.' : `Asked for: ${asked.join(', ')}.`} By: {by}.
      </Typography>
      {limits.map((limit) => (
        <Typography key={limit}>{limit}</Typography>
      ))}
    </Alert>
  );
}

function Finding({ whatIsWrong, whatToDo, whoActs, since, values }: NonNullable<Probe['finding']>) {
  return (
    <>
      <Typography>{whatIsWrong}</Typography>
      <Typography>
        {whatToDo} Who must act: {whoActs}. It has been so since {moment(since)}.
      </Typography>
      <Facts
        facts={values.map(({ name, value }) => [name, <Copyable key={name} text={value} name={name} />])}
      />
    </>
  );
}
