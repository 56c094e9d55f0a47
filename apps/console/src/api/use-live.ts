/** What a page reads again by itself while it is open. */
import type { AnswerOf, RequestOf, RouteName } from '@gatehouse/contracts/routes';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { callRoute, pollRoute } from './call-route.js';
import { isSignedOut } from './problem-error.js';

/** How often the page reads again; false: it doesn't, or a person has paused it. */
export const RefreshMs = createContext<number | false>(false);

/** Begins the key of every query that does so. */
export const LIVE = 'live';

/** The first request is the person’s own. Those that follow don’t extend the session, and end with it. */
export function useLive<N extends RouteName>(
  key: readonly unknown[],
  name: N,
  request: RequestOf<N>,
): UseQueryResult<AnswerOf<N>> {
  const refreshMs = useContext(RefreshMs);
  const queries = useQueryClient();
  const queryKey = [LIVE, ...key];
  return useQuery<AnswerOf<N>>({
    queryKey,
    queryFn: () => {
      const { dataUpdateCount = 0, errorUpdateCount = 0 } = queries.getQueryState(queryKey) ?? {};
      return (dataUpdateCount + errorUpdateCount === 0 ? callRoute : pollRoute)(name, request);
    },
    placeholderData: (previous) => previous,
    refetchInterval: ({ state }) => (isSignedOut(state.error) ? false : refreshMs),
  });
}
