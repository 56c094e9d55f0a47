import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import { Alert, Box } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { Moment } from '../parts/time/moment.js';
import { Loaded } from '../parts/load-state.js';
import { StopActions } from './stop-actions.js';

type Stop = AnswerOf<'stopList'>['items'][number];
type StopFilter = RequestOf<'stopList'>['query'];

export interface StopTarget {
  readonly kind: Stop['kind'];
  /** ODS code, application id, or name of the client. */
  readonly target: string;
  readonly environment?: string;
}

/** The emergency stop that suspends something; of what is not suspended, none is looked for. */
export function useStandingStop(stopped: StopTarget, state: string) {
  const filter: StopFilter = { ...stopped, only: 'standing', limit: 1 };
  return useQuery({
    queryKey: ['emergency-stops', filter],
    queryFn: async () => (await callRoute('stopList', { query: filter })).items[0] ?? null,
    enabled: state === 'suspended',
  });
}

/** Not while a stop stands, and not until that is known: only lifting it lets its target run again. */
export const mayChangeState = ({ isEnabled, data }: ReturnType<typeof useStandingStop>): boolean =>
  !isEnabled || data === null;

/** Says who stopped it, when and why, and offers to lift the stop. */
export function StandingStop({ query }: { readonly query: ReturnType<typeof useStandingStop> }) {
  if (!query.isEnabled) return null;
  return <Loaded query={query}>{(stop) => (stop === null ? null : <StopNotice {...stop} />)}</Loaded>;
}

function StopNotice(stop: Stop) {
  const { kind, stoppedBy, stoppedAt, reason } = stop;
  return (
    <Alert severity="error" sx={{ mb: 2 }}>
      {stoppedBy} stopped this {kind} on <Moment at={stoppedAt} />: {reason}
      <Box>Its requests are rejected until the stop is lifted.</Box>
      <Box sx={{ mt: 1 }}>
        <StopActions {...stop} />
      </Box>
    </Alert>
  );
}
