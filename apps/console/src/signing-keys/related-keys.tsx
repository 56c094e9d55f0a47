import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { moment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { filtered } from '../parts/list/filter-texts.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { ownerPage } from './key-owner.js';

const SHOWN = 50;

interface Props {
  readonly filter: { readonly application: string } | { readonly organisation: string };
}

/** The signing keys of an application or organisation. What can be done with them is in the list of all. */
export function RelatedKeys({ filter }: Props) {
  const query = useQuery({
    queryKey: ['related-keys', filter],
    queryFn: () => callRoute('keyList', { query: { ...filter, limit: SHOWN } }),
  });
  const ofSeveral = 'organisation' in filter;
  return (
    <Section title="Signing keys">
      <Loaded query={query}>
        {({ items, next }) => (
          <>
            {items.length === 0 ? <Typography>There are no signing keys yet.</Typography> : null}
            {items.map(({ kid, state, activatedAt, nextStepAt, owner }) => (
              <Box key={kid} sx={{ py: 0.5, overflowWrap: 'anywhere' }}>
                <code>{kid}</code> <StateTag state={state} />
                {activatedAt === null ? null : ` active since ${moment(activatedAt)}`}
                {nextStepAt === null ? null : `, next step possible from ${moment(nextStepAt)}`}
                {ofSeveral ? (
                  <>
                    {' of '}
                    <Link component={RouterLink} to={ownerPage(owner)}>
                      {owner.name}
                    </Link>
                  </>
                ) : null}
              </Box>
            ))}
            {next === null ? null : <Typography>Only the first {SHOWN} are shown here.</Typography>}
          </>
        )}
      </Loaded>
      <Link component={RouterLink} to={ofSeveral ? filtered('/signing-keys', filter) : '/signing-keys'}>
        Publish, activate or retire a key
      </Link>
    </Section>
  );
}
