import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Title } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { Section } from '../parts/facts.js';
import { SroOutlook } from '../sro/sro-outlook.js';

/** What needs a person today. */
export default function Dashboard() {
  const [seesApplications, seesSros] = [useMay('applicationsList'), useMay('sroOutlook')];
  const seesChanges = useMay('changeList');
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Dashboard" />
      <Typography variant="h1" sx={{ mb: 2 }}>
        Today
      </Typography>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
        {seesChanges ? <Waiting /> : null}
        {seesApplications ? <NotLive /> : null}
        {seesSros ? <SroOutlook /> : null}
      </Box>
    </Box>
  );
}

function Waiting() {
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

function NotLive() {
  const { data, error } = useQuery({
    queryKey: ['dashboard', 'draft'],
    queryFn: () => callRoute('applicationsList', { query: { state: 'draft', limit: 10 } }),
  });
  return (
    <Section title="Applications not live yet">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data?.items.length === 0 ? <Typography>None: every application is set up.</Typography> : null}
      {data?.items.map(({ id, name }) => (
        <Typography key={id} sx={{ mb: 1 }}>
          <Link component={RouterLink} to={`/applications/${id}/show`}>
            {name}
          </Link>
        </Typography>
      ))}
    </Section>
  );
}
