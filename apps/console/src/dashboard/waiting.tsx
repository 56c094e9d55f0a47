import { Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { summaryInShort } from '../changes/summary.js';
import { Section } from '../parts/facts.js';
import { useLive } from '../api/use-live.js';
import { Loaded } from '../parts/load-state.js';

/** Changes that wait for a second person. */
export function Waiting() {
  const query = useLive(['changes'], 'changeList', { query: { state: 'pending', limit: 10 } });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? null : (
          <Section title="Waiting for approval">
            {items.map(({ id, requestedBy, ...change }) => (
              <Typography key={id} sx={{ mb: 1 }}>
                <Link component={RouterLink} to={`/changes/${id}/show`}>
                  {summaryInShort(change)}
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
