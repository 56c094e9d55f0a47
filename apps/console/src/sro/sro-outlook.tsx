import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { day } from '../parts/day.js';
import { Section } from '../parts/facts.js';
import { StateChip } from '../parts/state-chip.js';

type Item = AnswerOf<'sroOutlook'>['items'][number];

const DAYS = 60;
const GATES: Readonly<Record<Item['gate'], string>> = {
  open: 'open',
  deputy: 'open by a deputy alone',
  grace: 'open by grace alone',
  closed: 'closed',
};

/** Whose application-restricted access closes next, and what stops with it. */
export function SroOutlook() {
  const { data, error } = useQuery({
    queryKey: ['sro-outlook'],
    queryFn: () => callRoute('sroOutlook', { query: { days: DAYS, limit: 10 } }),
  });
  return (
    <Section title="Access that closes next">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data?.items.length === 0 ? (
        <Typography>
          None within {DAYS} days: every organisation with a live application-restricted application has an
          SRO in force.
        </Typography>
      ) : null}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {data?.items.map((item) => (
          <Closing key={`${item.organisation} ${item.environment}`} {...item} />
        ))}
      </Box>
    </Section>
  );
}

function Closing({ organisation, name, environment, gate, openUntil, sro, applications, requests }: Item) {
  return (
    <Box component="li" sx={{ mb: 1.5, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={`/organisations/${organisation}/show`}>
        {name} ({organisation})
      </Link>{' '}
      in {environment} <StateChip state={GATES[gate]} />
      <Typography variant="body2">
        {openUntil === null ? 'Refused now' : `Open until ${day(openUntil)}`}. {applications.length}{' '}
        {applications.length === 1 ? 'application' : 'applications'}, {requests.toLocaleString('en-GB')}{' '}
        requests in the last 7 days.{' '}
        {sro === null ? 'Nobody is appointed.' : `Ask ${sro.name} (${sro.state}), ${sro.email}.`}
      </Typography>
    </Box>
  );
}
