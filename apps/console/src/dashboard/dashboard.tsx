import { Box, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { Suspense, useState } from 'react';
import { useMay } from '../api/use-may.js';
import { PlanCoverage } from '../asid-plan/plan-coverage.js';
import { RefreshMs, useLive } from '../api/use-live.js';
import { Loaded, Loading } from '../parts/load-state.js';
import { Ending } from '../own-work/lazy-ending.js';
import { SroOutlook } from '../sro/sro-outlook.js';
import { Freshness } from './freshness.js';
import { Administration } from './lazy-administration.js';
import { Attention } from './lazy-attention.js';
import { Replicas } from './lazy-replicas.js';
import { Traffic, trafficOf } from './traffic/lazy-traffic.js';
import { Waiting } from './waiting.js';
import { PageTitle } from '../parts/page-title.js';

const REFRESH_MS = 60_000;

/** What needs a person today, and the traffic. It is read again every minute, until a person pauses it. */
export default function Dashboard() {
  const [maySeeNumbers, maySeeChanges] = [useMay('dashboardShow'), useMay('changeList')];
  const maySeeAdministration = useMay('administrationShow');
  const maySeeReplicas = useMay('replicaList');
  const [isPaused, setPaused] = useState(false);
  const [maySeeSros, maySeePlan] = [useMay('sroOutlook'), useMay('planShow')];
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Dashboard</PageTitle>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, justifyContent: 'space-between', mb: 2 }}>
        <Typography variant="h1">Today</Typography>
        <Freshness isPaused={isPaused} setPaused={setPaused} />
      </Box>
      <RefreshMs value={isPaused ? false : REFRESH_MS}>
        {maySeeChanges ? <Waiting /> : null}
        {maySeeSros ? <SroOutlook isHiddenIfNone /> : null}
        <Suspense>
          <Ending />
        </Suspense>
        {maySeePlan ? <PlanCoverage /> : null}
        {maySeeReplicas ? (
          <Suspense fallback={<Loading />}>
            <Replicas />
          </Suspense>
        ) : null}
        {maySeeNumbers ? <Numbers /> : null}
        {maySeeAdministration ? (
          <Suspense fallback={<Loading />}>
            <Administration />
          </Suspense>
        ) : null}
      </RefreshMs>
    </Box>
  );
}

type Days = 1 | 7 | 30;

function Numbers() {
  const [days, setDays] = useState<Days>(1);
  const query = useLive(['dashboard', days], 'dashboardShow', { query: { days } });
  return (
    <Loaded query={query}>
      {(data) => (
        <>
          <Suspense fallback={<Loading />}>
            <Attention data={data} />
          </Suspense>
          <ToggleButtonGroup
            exclusive
            size="small"
            value={days}
            onChange={(_, chosen: Days | null) => {
              if (chosen !== null) setDays(chosen);
            }}
            aria-label="Period"
            sx={{ mb: 2, bgcolor: 'background.paper' }}
          >
            <ToggleButton value={1}>24 hours</ToggleButton>
            <ToggleButton value={7}>7 days</ToggleButton>
            <ToggleButton value={30}>30 days</ToggleButton>
          </ToggleButtonGroup>
          <Suspense fallback={<Loading />}>
            <Traffic {...trafficOf(data)} worst={data.worst} worstClients={data.worstClients} />
          </Suspense>
        </>
      )}
    </Loaded>
  );
}
