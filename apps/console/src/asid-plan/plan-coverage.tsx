import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';

/**
 * How many of the applications that grants need exist, in one sentence; nothing if all of them do. A plan is compared
 * from the whole registry, so a page that is left open doesn’t read it again and again.
 */
export function PlanCoverage() {
  const query = useQuery({
    queryKey: ['plan-coverage'],
    queryFn: () => callRoute('planShow', { body: { limit: 1 } }),
  });
  return <Loaded query={query}>{({ counts }) => <Coverage {...counts} />}</Loaded>;
}

function Coverage(counts: Readonly<Record<string, number>>) {
  const { present = 0, misplaced = 0, ...notPresent } = counts;
  const needed = Object.values(notPresent).reduce((sum, count) => sum + count, present);
  const others = Object.entries({ ...notPresent, misplaced }).filter(([, count]) => count > 0);
  if (others.length === 0) return null;
  return (
    <Section title="ASID plan">
      <Typography sx={{ mb: 1 }}>
        {present} of {counted(needed, 'needed application')} {present === 1 ? 'was' : 'were'} present when
        this page was opened
        {others.map(([state, count]) => `, ${count} ${state}`).join('')}.
      </Typography>
      <Link component={RouterLink} to="/asid-plan">
        View the plan
      </Link>
    </Section>
  );
}
