/** What a stop would have cost last week, in the dialog that asks for it. */
import type { RequestOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { stakesInWords } from './stake-words.js';

type Query = RequestOf<'requestsAtStake'>['query'];
type Event = RequestOf<'impactShow'>['body'];

/** Of what is stopped as a whole: its requests. */
export function RequestsAtStake(query: Query) {
  return <Counted name={['requestsAtStake', query]} read={() => callRoute('requestsAtStake', { query })} />;
}

/** Of an event that others may make up for, such as a deputy or a standby key: what it would have rejected after all. */
export function ImpactAtStake({ event }: { readonly event: Event }) {
  return (
    <Counted
      name={['impact', event]}
      read={async () => {
        const { requestsRefused, moreGrants } = await callRoute('impactShow', { body: event });
        return { requests: requestsRefused, isWhole: moreGrants === 0 };
      }}
    />
  );
}

interface Props {
  readonly name: readonly unknown[];
  readonly read: () => Promise<Parameters<typeof stakesInWords>[0]>;
}

function Counted({ name, read }: Props) {
  const { data, isError } = useQuery({ queryKey: ['at-stake', ...name], queryFn: read });
  return (
    <Typography role="status">
      {isError ? 'The requests of the last 7 days could not be counted.' : stakesInWords(data)}
    </Typography>
  );
}
