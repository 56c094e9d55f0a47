import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useQuery } from '@tanstack/react-query';
import { pollRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';

const REFRESH_MS = 60_000;

/** What waits for the person signed in, read again every minute; undefined until it is known. */
export function useWaiting(): AnswerOf<'waitingShow'> | undefined {
  return useQuery({
    queryKey: ['waiting'],
    queryFn: () => pollRoute('waitingShow', {}),
    enabled: useMay('waitingShow'),
    refetchInterval: REFRESH_MS,
  }).data;
}
