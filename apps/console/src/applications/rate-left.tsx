import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { pollRoute } from '../api/call-route.js';
import { Loaded } from '../parts/load-state.js';

const REFRESH_MS = 10_000;

/** The headroom of an application, for all its callers and replicas together. */
export function RateLeft({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['rate', id],
    queryFn: () => pollRoute('applicationRate', { params: { id } }),
    refetchInterval: REFRESH_MS,
  });
  return <Loaded query={query}>{(rate) => <Typography sx={{ my: 1 }}>{wordsOf(rate)}</Typography>}</Loaded>;
}

function wordsOf({ perMinute, left }: AnswerOf<'applicationRate'>): string {
  if (perMinute === null) return 'This deployment does not serve its environment, so it sends no calls.';
  if (left === null)
    return `Gatehouse sends at most ${perMinute} calls to e-RS a minute. How many are left is not known at the moment, because the replicas divide the rate among them.`;
  return `${left} of ${perMinute} calls to e-RS are left in this minute.`;
}
