import { Box, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { Title } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { PlanCoverage } from '../asid-plan/plan-coverage.js';
import { Traffic } from '../pages.js';
import { SroOutlook } from '../sro/sro-outlook.js';
import { Attention } from './attention.js';
import { Waiting } from './waiting.js';

/** What needs a person today, and how the traffic goes. */
export default function Dashboard() {
  const [seesNumbers, seesChanges] = [useMay('dashboardShow'), useMay('changeList')];
  const [seesSros, seesPlan] = [useMay('sroOutlook'), useMay('planShow')];
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Dashboard" />
      <Typography variant="h1" sx={{ mb: 2 }}>
        Today
      </Typography>
      {seesChanges ? <Waiting /> : null}
      {seesSros ? <SroOutlook /> : null}
      {seesPlan ? <PlanCoverage /> : null}
      {seesNumbers ? <Numbers /> : null}
    </Box>
  );
}

function Numbers() {
  const [days, setDays] = useState<1 | 7>(1);
  const { data, error } = useQuery({
    queryKey: ['dashboard', days],
    queryFn: () => callRoute('dashboardShow', { query: { days } }),
    placeholderData: (before) => before,
  });
  if (error !== null) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Counting …</Typography>;
  return (
    <>
      <Attention data={data} />
      <ToggleButtonGroup
        exclusive
        size="small"
        value={days}
        onChange={(_, chosen: 1 | 7 | null) => {
          if (chosen !== null) setDays(chosen);
        }}
        aria-label="How far back"
        sx={{ mb: 2, bgcolor: 'background.paper' }}
      >
        <ToggleButton value={1}>24 hours</ToggleButton>
        <ToggleButton value={7}>7 days</ToggleButton>
      </ToggleButtonGroup>
      <Suspense fallback={<Typography role="status">Drawing …</Typography>}>
        <Traffic traffic={data.traffic} reasons={data.reasons} />
      </Suspense>
    </>
  );
}
