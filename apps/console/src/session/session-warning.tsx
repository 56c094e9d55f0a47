import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { pollRoute } from '../api/call-route.js';
import { isSignedOut } from '../api/problem-error.js';
import { useSession } from '../api/use-session.js';
import { SessionDialog } from './lazy-session-dialog.js';
import { nextLookMs, WARN_S } from './session-end.js';

/** Warns before the session ends, and lets the person keep it. Looking at its end doesn't extend it. */
export function SessionWarning() {
  const session = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['session', 'end'],
    queryFn: () => pollRoute('sessionShow', {}),
    enabled: session !== undefined,
    initialData: session,
    staleTime: Infinity,
    retry: false,
    refetchInterval: ({ state }) => nextLookMs(state.data?.endsInS, state.error, isSignedOut),
    refetchIntervalInBackground: true,
  });
  if (data === undefined || data.endsInS > WARN_S || isSignedOut(error)) return null;
  return (
    <Suspense>
      <SessionDialog endsAt={data.endsAt} look={refetch} />
    </Suspense>
  );
}
