import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useMay } from '../api/use-may.js';
import { moment } from '../parts/dates.js';
import { Facts } from '../parts/facts.js';
import { counted, sentenceCase } from '../parts/words.js';
import { RetryDelivery } from './retry-delivery.js';

type Delivery = AnswerOf<'ownNoticeShow'>['deliveries'][number];

/** To whom a notice went and whether it arrived. Who may not see the jobs of every organisation has only their own. */
export function Deliveries({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  const seesAll = useMay('jobList');
  if (deliveries.length === 0)
    return (
      <Typography>
        {seesAll
          ? 'It was sent to nobody: it is in the console alone.'
          : 'It was not sent to you: you have it in the console alone.'}
      </Typography>
    );
  return (
    <Facts
      facts={deliveries.map((delivery) => [
        `${delivery.to} (${delivery.channel})`,
        <DeliveryState key={delivery.id} {...delivery} />,
      ])}
    />
  );
}

function DeliveryState({ id, state, attempts, cause, endedAt }: Delivery) {
  const when = endedAt === null ? '' : ` on ${moment(endedAt)}`;
  const tries = attempts > 1 ? `, after ${counted(attempts, 'attempt')}` : '';
  return (
    <>
      {sentenceCase(state)}
      {when}
      {tries}
      {cause === null ? '' : `: ${cause}`} <RetryDelivery id={id} state={state} />
    </>
  );
}
