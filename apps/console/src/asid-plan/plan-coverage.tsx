import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';

/** How much of what clients are granted is there, in one line. */
export function PlanCoverage() {
  const { data, error } = useQuery({
    queryKey: ['plan-coverage'],
    queryFn: () => callRoute('planShow', { body: { limit: 1 } }),
  });
  return (
    <Section title="ASID plan">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data === undefined ? null : <Coverage {...data.counts} />}
      <Link component={RouterLink} to="/asid-plan">
        See the plan
      </Link>
    </Section>
  );
}

function Coverage(counts: Readonly<Record<string, number>>) {
  const { present = 0, misplaced = 0, ...open } = counts;
  const wanted = Object.values(open).reduce((sum, count) => sum + count, present);
  const others = Object.entries({ ...open, misplaced }).filter(([, count]) => count > 0);
  return (
    <Typography sx={{ mb: 1 }}>
      {present} of {wanted} wanted applications are present
      {others.map(([state, count]) => `, ${count} ${state}`).join('')}.
    </Typography>
  );
}
