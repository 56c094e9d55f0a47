import { Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { rolesThatDecide } from '../changes/deciders.js';
import { summaryInShort } from '../changes/summary.js';
import { Age } from '../parts/time/moment.js';
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
            {items.map(({ id, requestedBy, requestedAt, ...change }) => (
              <Typography key={id} sx={{ mb: 1 }}>
                <Link component={RouterLink} to={`/changes/${id}/show`}>
                  {summaryInShort(change)}
                </Link>{' '}
                Requested by {requestedBy}, <Age at={requestedAt} nowMs={Date.now()} />. Who can approve:{' '}
                {rolesThatDecide(change)}.
              </Typography>
            ))}
          </Section>
        )
      }
    </Loaded>
  );
}
