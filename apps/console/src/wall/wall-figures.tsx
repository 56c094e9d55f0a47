import type { WallView } from '@gatehouse/contracts/operation/wall-routes';
import { Alert, Box, Card, CardContent, Typography, useTheme } from '@mui/material';
import {
  comparedRates,
  comparedShares,
  comparedTimes,
  rateWords,
  shareWords,
} from '../dashboard/traffic/figure-words.js';
import { StackedBars } from '../dashboard/traffic/stacked-bars.js';
import { duration, shortMoment, NONE } from '../parts/dates.js';
import { counted } from '../parts/words.js';

/** What can be read from the other side of a room. */
export function WallFigures(view: WallView) {
  const { palette } = useTheme();
  const { figures: now, lastWeek: before, traffic, uncounted } = view;
  const share = (part: number | null) => (part === null ? NONE : shareWords(part));
  const time = (side: 'ownMs' | 'upstreamMs') => {
    const ms = now[side]?.p95;
    return {
      value: ms === undefined ? NONE : duration(ms),
      compared: ms === undefined ? '' : comparedTimes(ms, before?.[side]?.p95),
    };
  };
  const compare = (part: number | null, last: number | null | undefined) =>
    part === null ? '' : comparedShares(part, last);
  const series = (
    [
      ['Completed', palette.success.main, 'completed'],
      ['Rejected', palette.warning.main, 'refused'],
      ['Failed', palette.error.main, 'failed'],
    ] as const
  ).map(([name, colour, end]) => ({
    ...{ name, colour, filter: null },
    values: traffic.map((hour) => hour[end]),
  }));
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return (
    <>
      {uncounted === 0 ? null : (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {counted(uncounted, 'record')} of the audit trail {uncounted === 1 ? 'is' : 'are'} still to be
          counted.
        </Alert>
      )}
      <Box
        sx={{
          ...{ display: 'grid', gap: 2, mb: 2 },
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 13rem), 1fr))',
        }}
      >
        <Tile
          name="Requests"
          value={now.requests.toLocaleString('en-GB')}
          compared={before === null ? rateWords(now.perHour) : comparedRates(now.perHour, before.perHour)}
        />
        <Tile
          name="Failed"
          value={share(now.failedShare)}
          compared={compare(now.failedShare, before?.failedShare)}
        />
        <Tile
          name="Rejected"
          value={share(now.refusedShare)}
          compared={compare(now.refusedShare, before?.refusedShare)}
        />
        <Tile name="Gatehouse, p95" {...time('ownMs')} />
        <Tile name="e-RS, p95" {...time('upstreamMs')} />
      </Box>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          <Box
            role="img"
            aria-label={`Requests by hour: ${series.map(({ name, values }) => `${name} ${total(values)}`).join(', ')}`}
            sx={{ height: '45vh', minHeight: 220 }}
          >
            <StackedBars
              starts={traffic.map(({ at }) => at)}
              nameOf={shortMoment}
              series={series}
              onOpen={() => undefined}
            />
          </Box>
        </CardContent>
      </Card>
      <Typography component="ul" sx={{ m: 0, pl: 3, fontSize: '1.375rem' }}>
        {waitingWords(view).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </Typography>
    </>
  );
}

/** Leaves out every line whose count is zero. */
function waitingWords(view: WallView): string[] {
  const { approvalsPending, stopsInForce, stopsUnreviewed, keyEmergenciesUnreviewed, replicas, jobsOverdue } =
    view;
  const { well, unwell, silent } = replicas;
  const waiting: [number, string][] = [
    [approvalsPending, counted(approvalsPending, 'change waits', 'changes wait') + ' for approval'],
    [stopsInForce, counted(stopsInForce, 'emergency stop') + ' in force'],
    [stopsUnreviewed, counted(stopsUnreviewed, 'emergency stop') + ' to review'],
    [
      keyEmergenciesUnreviewed,
      counted(keyEmergenciesUnreviewed, 'key emergency', 'key emergencies') + ' to review',
    ],
    [jobsOverdue, counted(jobsOverdue, 'background job is', 'background jobs are') + ' overdue'],
    [unwell, counted(unwell, 'replica is', 'replicas are') + ' unwell'],
    [silent, counted(silent, 'replica has', 'replicas have') + ' stopped reporting'],
    [well, counted(well, 'replica is', 'replicas are') + ' well'],
  ];
  return waiting.flatMap(([count, words]) => (count === 0 ? [] : [words]));
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  /** The comparison with last week; empty if there is nothing to compare with. */
  readonly compared: string;
}

function Tile({ name, value, compared }: TileProps) {
  return (
    <Card>
      <CardContent>
        <Typography variant="h2" color="text.secondary">
          {name}
        </Typography>
        <Typography sx={{ fontSize: 'clamp(2.5rem, 3.5vw, 5rem)', fontWeight: 600, lineHeight: 1.3 }}>
          {value}
        </Typography>
        <Typography color="text.secondary">{compared}</Typography>
      </CardContent>
    </Card>
  );
}
