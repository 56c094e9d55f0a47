import type { RequestOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Link } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { LoadError } from '../parts/load-state.js';
import { summaryInShort } from './summary.js';

interface Props {
  readonly about: Pick<
    RequestOf<'changeList'>['query'],
    'organisation' | 'application' | 'client' | 'environment' | 'messageSet' | 'table'
  >;
}

/** On the page of a record, or above a list: the changes of it that wait for a second person. */
export function PendingChanges({ about }: Props) {
  const maySee = useMay('changeList');
  const { data, error, refetch } = useQuery({
    queryKey: ['changes', about],
    queryFn: () => callRoute('changeList', { query: { ...about, state: 'pending', limit: 10 } }),
    enabled: maySee,
  });
  if (error !== null) return <LoadError error={error} retry={refetch} isOutdated={data !== undefined} />;
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Alert severity="info" sx={{ mb: 2 }}>
      Waiting for approval:
      {data.items.map(({ id, requestedBy, ...change }) => (
        <Box key={id} sx={{ overflowWrap: 'anywhere' }}>
          <Link component={RouterLink} to={`/changes/${id}/show`} color="inherit">
            {summaryInShort(change)}
          </Link>{' '}
          Requested by {requestedBy}.
        </Box>
      ))}
      {data.next === null ? null : (
        <Link component={RouterLink} to="/changes" color="inherit">
          View all approvals
        </Link>
      )}
    </Alert>
  );
}
