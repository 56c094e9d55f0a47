/** The figures of the traffic, each beside the same hours last week. */
import type { FiguresView } from '@gatehouse/contracts/audit/dashboard-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Table, TableBody, TableCell, TableRow, Typography } from '@mui/material';
import { duration, NONE } from '../../parts/dates.js';
import { Section } from '../../parts/facts.js';
import { counted } from '../../parts/words.js';
import {
  comparedRates,
  comparedShares,
  comparedTimes,
  rateWords,
  shareWords,
  spanWords,
} from './figure-words.js';
import { LinkedFigure, type RequestsBehind } from './requests-behind.js';

type Props = Pick<AnswerOf<'dashboardShow'>, 'figures' | 'lastWeek' | 'uncounted'> & {
  readonly hours: number;
  readonly requestsBehind: RequestsBehind;
};

export function TrafficFigures({ figures, lastWeek, uncounted, hours, requestsBehind }: Props) {
  const title = `The last ${spanWords(hours)}`;
  return (
    <Section title={title}>
      {uncounted === 0 ? null : (
        <Alert severity="warning" sx={{ mb: 1 }}>
          {counted(uncounted, 'record')} of the audit trail {uncounted === 1 ? 'is' : 'are'} still to be
          counted, so{' '}
          {hours > 168
            ? 'these figures are too low'
            : 'the times and the organisations leave out some requests'}
          .
        </Alert>
      )}
      <Table size="small" sx={{ maxWidth: '44rem', '& td, & th': { px: 0.75 } }}>
        <Box component="caption" sx={{ captionSide: 'bottom' }}>
          Half of the requests took at most the time of p50, and 95 of 100 at most that of p95.{' '}
          {comparisonWords(lastWeek !== null, uncounted)}
        </Box>
        <TableBody>
          {rowsOf(figures, lastWeek).map(([name, value, compared, filter]) => (
            <TableRow key={name}>
              <TableCell component="th" scope="row">
                {name}
              </TableCell>
              <TableCell sx={{ whiteSpace: { sm: 'nowrap' } }}>
                <LinkedFigure
                  to={filter === undefined ? undefined : requestsBehind(filter)}
                  name={`${value}: ${name.toLowerCase()}`}
                >
                  {value}
                </LinkedFigure>
              </TableCell>
              {lastWeek === null ? null : (
                <TableCell>
                  <Typography variant="body2" color="text.secondary">
                    {compared}
                  </Typography>
                </TableCell>
              )}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Section>
  );
}

function comparisonWords(isCompared: boolean, uncounted: number): string {
  if (isCompared) return 'Each figure is compared with the same hours a week earlier.';
  return uncounted > 0
    ? 'They are compared with last week once all records are counted.'
    : 'There is no whole week before to compare them with.';
}

/** With a filter that finds the requests, where one does: none finds those around a percentile. */
type Row = readonly [name: string, value: string, compared: string, filter?: object | undefined];

function rowsOf(now: FiguresView, before: FiguresView | null): readonly Row[] {
  const share = (
    name: string,
    outcome: string,
    part: number | null,
    last: number | null | undefined,
  ): Row => [
    name,
    part === null ? NONE : shareWords(part),
    part === null ? '' : comparedShares(part, last),
    part === null || part === 0 ? undefined : { outcome },
  ];
  const time = (side: 'ownMs' | 'upstreamMs', percentile: 'p50' | 'p95'): Row => {
    const ms = now[side]?.[percentile];
    return [
      `${side === 'ownMs' ? 'Gatehouse’s time' : 'e-RS’s time'}, ${percentile}`,
      ms === undefined ? NONE : duration(ms),
      ms === undefined ? '' : comparedTimes(ms, before?.[side]?.[percentile]),
    ];
  };
  return [
    [
      'Requests',
      `${now.requests.toLocaleString('en-GB')} (${rateWords(now.perHour)})`,
      comparedRates(now.perHour, before?.perHour),
      now.requests === 0 ? undefined : {},
    ],
    share('Failed', 'ANY_FAILURE', now.failedShare, before?.failedShare),
    share('Rejected', 'REFUSED', now.refusedShare, before?.refusedShare),
    time('ownMs', 'p50'),
    time('ownMs', 'p95'),
    time('upstreamMs', 'p50'),
    time('upstreamMs', 'p95'),
  ];
}
