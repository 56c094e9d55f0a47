import { Box, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { PlanCoverage } from '../asid-plan/plan-coverage.js';
import { Loaded, Loading } from '../parts/load-state.js';
import { SroOutlook } from '../sro/sro-outlook.js';
import { Attention } from './attention.js';
import { Traffic } from './lazy-traffic.js';
import { Waiting } from './waiting.js';
import { PageTitle } from '../parts/page-title.js';

/** What needs a person today, and the traffic. */
export default function Dashboard() {
  const [maySeeNumbers, maySeeChanges] = [useMay('dashboardShow'), useMay('changeList')];
  const [maySeeSros, maySeePlan] = [useMay('sroOutlook'), useMay('planShow')];
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Dashboard</PageTitle>
      <Typography variant="h1" sx={{ mb: 2 }}>
        Today
      </Typography>
      {maySeeChanges ? <Waiting /> : null}
      {maySeeSros ? <SroOutlook isHiddenIfNone /> : null}
      {maySeePlan ? <PlanCoverage /> : null}
      {maySeeNumbers ? <Numbers /> : null}
    </Box>
  );
}

function Numbers() {
  const [days, setDays] = useState<1 | 7>(1);
  const query = useQuery({
    queryKey: ['dashboard', days],
    queryFn: () => callRoute('dashboardShow', { query: { days } }),
    placeholderData: (previous) => previous,
  });
  return (
    <Loaded query={query}>
      {(data) => (
        <>
          <Attention data={data} />
          <ToggleButtonGroup
            exclusive
            size="small"
            value={days}
            onChange={(_, chosen: 1 | 7 | null) => {
              if (chosen !== null) setDays(chosen);
            }}
            aria-label="Period"
            sx={{ mb: 2, bgcolor: 'background.paper' }}
          >
            <ToggleButton value={1}>24 hours</ToggleButton>
            <ToggleButton value={7}>7 days</ToggleButton>
          </ToggleButtonGroup>
          <Suspense fallback={<Loading />}>
            <Traffic traffic={data.traffic} reasons={data.reasons} />
          </Suspense>
        </>
      )}
    </Loaded>
  );
}
