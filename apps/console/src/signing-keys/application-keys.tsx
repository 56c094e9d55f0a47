import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { moment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';

const SHOWN = 50;

/** The signing keys of one application. What can be done with them is in the list of all. */
export function ApplicationKeys({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['application-keys', id],
    queryFn: () => callRoute('keyList', { query: { application: id, limit: SHOWN } }),
  });
  return (
    <Section title="Signing keys">
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography>There are no signing keys yet.</Typography>
          ) : (
            items.map(({ kid, state, activatedAt, nextStepAt }) => (
              <Box key={kid} sx={{ py: 0.5, overflowWrap: 'anywhere' }}>
                <code>{kid}</code> <StateTag state={state} />
                {activatedAt === null ? null : ` active since ${moment(activatedAt)}`}
                {nextStepAt === null ? null : `, next step possible from ${moment(nextStepAt)}`}
              </Box>
            ))
          )
        }
      </Loaded>
      <Link component={RouterLink} to="/signing-keys">
        Publish, activate or retire a key
      </Link>
    </Section>
  );
}
