import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, List, ListItem, Typography } from '@mui/material';
import { Moment } from '../parts/time/moment.js';
import { Facts } from '../parts/facts.js';

type Emergency = AnswerOf<'keyEmergencyMake'>;

/** What stays exposed although the key is disabled, and what only NHS England can do. */
export function EmergencyFacts(emergency: Emergency) {
  const { disabledInKmsAt, takenOutAt, exposed, stepsAtNhs } = emergency;
  const isDone = disabledInKmsAt !== null && takenOutAt !== null;
  return (
    <>
      <Alert severity={isDone ? 'success' : 'error'} sx={{ mb: 2 }}>
        {whatIsDone(emergency)} {whoSigns(emergency)}
      </Alert>
      <Typography variant="h3">What stays exposed</Typography>
      <List>
        {exposed.map(({ text, until }) => (
          <ListItem key={text}>
            <span>
              {text}
              {until === null ? null : (
                <>
                  {' '}
                  Until <Moment at={until} />.
                </>
              )}
            </span>
          </ListItem>
        ))}
      </List>
      <Typography variant="h3">What only NHS England can do</Typography>
      {stepsAtNhs.length === 0 && <Typography>Nothing.</Typography>}
      {stepsAtNhs.map(({ whatToAsk, values }) => (
        <section key={whatToAsk}>
          <Typography sx={{ mt: 1 }}>{whatToAsk}</Typography>
          <Facts facts={values.map(({ name, value }) => [name, value])} />
        </section>
      ))}
    </>
  );
}

function whatIsDone({ kid, takenOutAt, disabledInKmsAt }: Emergency): string {
  if (takenOutAt === null) return `The order to disable key ${kid} is recorded. Gatehouse goes on trying.`;
  return disabledInKmsAt === null
    ? `Key ${kid} signs nothing in Gatehouse any more. AWS KMS did not confirm that it is disabled.`
    : `Key ${kid} is disabled.`;
}

function whoSigns({ wasActive, takenOutAt, standbyKid }: Emergency): string {
  if (takenOutAt === null) return '';
  if (!wasActive) return 'It did not sign for callers, so their calls go on as before.';
  return standbyKid === null ? 'No other key could take over.' : `Key ${standbyKid} signs from now on.`;
}
