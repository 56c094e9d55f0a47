import { Box } from '@mui/material';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { clockTime } from '../parts/dates.js';
import { AsOf } from '../layout/as-of.js';
import { LIVE } from '../api/use-live.js';

interface Props {
  readonly isPaused: boolean;
  readonly setPaused: (isPaused: boolean) => void;
}

/** Says as of when the page is, by what was read longest ago, and lets a person pause it. */
export function Freshness({ isPaused, setPaused }: Props) {
  const queries = useQueryClient();
  const queryKey = [LIVE];
  // Renders this again when something has been read.
  useIsFetching({ queryKey });
  const times = queries
    .getQueryCache()
    .findAll({ queryKey, type: 'active' })
    .map(({ state }) => state.dataUpdatedAt)
    .filter((ms) => ms > 0);
  if (times.length === 0) return null;
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
      <AsOf
        time={clockTime(new Date(Math.min(...times)).toISOString())}
        every="every minute"
        isPaused={isPaused}
        setPaused={setPaused}
        refresh={() => void queries.invalidateQueries({ queryKey })}
      />
    </Box>
  );
}
