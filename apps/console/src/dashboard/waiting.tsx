import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { summaryInShort } from '../changes/summary.js';
import { Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';

/** Changes that wait for a second person. */
export function Waiting() {
  const query = useQuery({
    queryKey: ['dashboard', 'changes'],
    queryFn: () => callRoute('changeList', { query: { state: 'pending', limit: 10 } }),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? null : (
          <Section title="Waiting for approval">
            {items.map(({ id, summary, requestedBy }) => (
              <Typography key={id} sx={{ mb: 1 }}>
                <Link component={RouterLink} to={`/changes/${id}/show`}>
                  {summaryInShort({ summary })}
                </Link>{' '}
                Requested by {requestedBy}.
              </Typography>
            ))}
          </Section>
        )
      }
    </Loaded>
  );
}
