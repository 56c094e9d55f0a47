/**
 * A page for a screen on a wall: figures and counts without names, read again by itself. It belongs to no session. Its
 * secret stands behind the `#` of its address, which a browser sends to nobody, and goes to the gateway as a header.
 */
import { routes } from '@gatehouse/contracts/routes';
import type { WallView } from '@gatehouse/contracts/operation/wall-routes';
import {
  Alert,
  Box,
  createTheme,
  CssBaseline,
  ThemeProvider,
  Typography,
  useMediaQuery,
} from '@mui/material';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'react-router-dom';
import { isRefused, messageOf } from '../api/problem-error.js';
import { READS } from '../api/query-defaults.js';
import { sendRequest } from '../api/send.js';
import { secondOf } from '../parts/dates.js';
import { AsOf } from '../layout/as-of.js';
import { Loading } from '../parts/load-state.js';
import { dark, light } from '../theme.js';
import { WallFigures } from './wall-figures.js';

const REFRESH_MS = 30_000;
const queryClient = new QueryClient({ defaultOptions: { queries: READS } });

export default function WallPage() {
  const isDark = useMediaQuery('(prefers-color-scheme: dark)');
  return (
    <ThemeProvider theme={createTheme(isDark ? dark : light)}>
      <CssBaseline enableColorScheme />
      <QueryClientProvider client={queryClient}>
        <title>Wall – Gatehouse</title>
        <Wall secret={useLocation().hash.slice(1)} />
      </QueryClientProvider>
    </ThemeProvider>
  );
}

async function readWall(bearer: string): Promise<WallView> {
  const { body } = await sendRequest(routes.wallShow, { bearer, isPoll: true });
  return routes.wallShow.response.parse(body);
}

function Wall({ secret }: { readonly secret: string }) {
  const [isPaused, setPaused] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['wall', secret],
    queryFn: () => readWall(secret),
    enabled: ({ state }) => !isRefused(state.error),
    refetchInterval: isPaused ? false : REFRESH_MS,
    refetchIntervalInBackground: true,
  });
  const isOver = secret === '' || isRefused(error);
  return (
    <Box component="main" sx={{ p: { xs: 2, sm: 3 } }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center', mb: 3 }}>
        <Typography variant="h1" sx={{ flexGrow: 1 }}>
          Gatehouse, the last 24 hours
        </Typography>
        {isOver || data === undefined ? null : (
          <AsOf
            time={secondOf(data.asOf)}
            every="every 30 seconds"
            isPaused={isPaused}
            setPaused={setPaused}
            refresh={() => void refetch()}
          />
        )}
      </Box>
      {isOver ? (
        <Alert severity="error">
          This link does not work: it is not whole, has expired or was revoked. Ask an administrator for
          another one, who creates it under “API tokens” in the console.
        </Alert>
      ) : (
        <>
          {error === null ? null : (
            <Alert severity="warning" sx={{ mb: 2 }}>
              {data === undefined ? '' : `These figures are those of ${secondOf(data.asOf)}. `}
              {messageOf(error)}
            </Alert>
          )}
          {data === undefined ? error === null ? <Loading /> : null : <WallFigures {...data} />}
        </>
      )}
    </Box>
  );
}
