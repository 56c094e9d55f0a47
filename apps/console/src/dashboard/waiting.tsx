import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';

/** Changes that wait for a second person. */
export function Waiting() {
  const { data, error } = useQuery({
    queryKey: ['dashboard', 'changes'],
    queryFn: () => callRoute('changeList', { query: { state: 'pending', limit: 10 } }),
  });
  return (
    <Section title="Waiting for a second person">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data?.items.length === 0 ? <Typography>Nothing.</Typography> : null}
      {data?.items.map(({ id, rules, requestedBy }) => (
        <Typography key={id} sx={{ mb: 1 }}>
          <Link component={RouterLink} to={`/changes/${id}/show`}>
            {rules.join(', ')}
          </Link>{' '}
          asked by {requestedBy}
        </Typography>
      ))}
    </Section>
  );
}
