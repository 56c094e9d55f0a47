/** A chart, and its numbers as a table for people who cannot use charts. */
import { Box, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material';
import { useNavigate } from 'react-router-dom';
import { shortDay, shortMoment } from '../../parts/dates.js';
import { Section } from '../../parts/facts.js';
import type { Bars } from './by-day.js';
import { LinkedFigure, type RequestsBehind } from './requests-behind.js';
import { type Series, StackedBars } from './stacked-bars.js';

interface ChartProps extends Pick<Bars, 'unit' | 'starts'> {
  readonly title: string;
  /** One value for each bar. */
  readonly series: readonly Series[];
  /** When the last bar ends. */
  readonly end: string;
  readonly requestsBehind: RequestsBehind;
}

export function Chart({ title, unit, starts, series, end, requestsBehind }: ChartProps) {
  const navigate = useNavigate();
  const behind = ({ filter }: Series, bar: number): string | undefined =>
    filter === null
      ? undefined
      : requestsBehind({ ...filter, from: starts[bar], until: starts[bar + 1] ?? end });
  const nameOf = unit === 'Hour' ? shortMoment : shortDay;
  const totals = series.map(({ name, values }) => `${name} ${values.reduce((a, b) => a + b, 0)}`);
  const busyBars = starts.flatMap((at, index) =>
    series.some(({ values }) => values[index] !== 0) ? [{ at, index }] : [],
  );
  return (
    <Section title={title}>
      <Box role="img" aria-label={`${title}: ${totals.join(', ')}`} sx={{ height: 280 }}>
        <StackedBars
          starts={starts}
          nameOf={nameOf}
          series={series}
          onOpen={(one, bar) => {
            const page = behind(one, bar);
            if (page !== undefined) void navigate(page);
          }}
        />
      </Box>
      <Box component="details" sx={{ mt: 1, overflowX: 'auto' }}>
        <summary>Show as a table</summary>
        <Table size="small" sx={{ '& td, & th': { px: 0.75 } }}>
          <Box component="caption" sx={{ captionSide: 'top' }}>
            The numbers of the chart, for each {unit.toLowerCase()} that has any
          </Box>
          <TableHead>
            <TableRow>
              <TableCell>{unit}</TableCell>
              {series.map(({ name }) => (
                <TableCell key={name} align="right">
                  {name}
                </TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {busyBars.map(({ at, index }) => (
              <TableRow key={at}>
                <TableCell component="th" scope="row">
                  {nameOf(at)}
                </TableCell>
                {series.map((one) => (
                  <TableCell key={one.name} align="right">
                    <LinkedFigure
                      to={one.values[index] === 0 ? undefined : behind(one, index)}
                      name={`${one.values[index]} ${one.name}, ${nameOf(at)}`}
                    >
                      {one.values[index]}
                    </LinkedFigure>
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
    </Section>
  );
}
