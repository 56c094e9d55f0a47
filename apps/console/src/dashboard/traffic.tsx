/** The traffic as charts, and as tables for people who cannot use charts. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography, useTheme } from '@mui/material';
import { day, moment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { type Bars, barsOf } from './by-day.js';
import { spanWords } from './figure-words.js';
import { NewReasons } from './new-reasons.js';
import { type Series, StackedBars } from './stacked-bars.js';
import { TrafficFigures } from './traffic-figures.js';

type Props = Pick<AnswerOf<'dashboardShow'>, 'traffic' | 'reasons' | 'figures' | 'lastWeek' | 'uncounted'>;

export default function Traffic({ traffic, reasons, ...figures }: Props) {
  const { palette } = useTheme();
  const hours = traffic.map(({ at }) => at);
  const series: Series[] = [
    { name: 'Completed', colour: palette.success.main, values: traffic.map(({ completed }) => completed) },
    { name: 'Rejected', colour: palette.warning.main, values: traffic.map(({ refused }) => refused) },
    { name: 'Failed', colour: palette.error.main, values: traffic.map(({ failed }) => failed) },
  ];
  const colours = [
    palette.primary.main,
    palette.warning.main,
    palette.error.main,
    palette.success.main,
    palette.info.main,
    palette.text.secondary,
    palette.text.primary,
  ];
  const reasonSeries = reasons.map(({ code, hours: values }, index) => ({
    name: code,
    colour: colours[index % colours.length] ?? palette.text.primary,
    values,
  }));
  if (!isBusy(series))
    return <Typography sx={{ mb: 2 }}>No requests in the last {spanWords(hours.length)}.</Typography>;
  const columns = isBusy(reasonSeries) ? '1fr 1fr' : '1fr';
  const { unit, starts, sums } = barsOf(hours);
  const bars = (all: readonly Series[]) => all.map((one) => ({ ...one, values: sums(one.values) }));
  const common = { unit, starts };
  return (
    <>
      <NewReasons reasons={reasons} />
      <TrafficFigures {...figures} hours={hours.length} />
      <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { lg: columns }, alignItems: 'start' }}>
        <Chart title={`Requests by ${unit.toLowerCase()}`} series={bars(series)} {...common} />
        {isBusy(reasonSeries) ? (
          <Chart title="Rejected and failed requests by reason" series={bars(reasonSeries)} {...common} />
        ) : null}
      </Box>
    </>
  );
}

const isBusy = (series: readonly Series[]): boolean =>
  series.some(({ values }) => values.some((count) => count > 0));

interface ChartProps extends Pick<Bars, 'unit' | 'starts'> {
  readonly title: string;
  /** One value for each bar. */
  readonly series: readonly Series[];
}

function Chart({ title, unit, starts, series }: ChartProps) {
  const nameOf = unit === 'Hour' ? moment : day;
  const totals = series.map(({ name, values }) => `${name} ${values.reduce((a, b) => a + b, 0)}`);
  const busyBars = starts.flatMap((at, index) =>
    series.some(({ values }) => values[index] !== 0) ? [{ at, index }] : [],
  );
  return (
    <Section title={title}>
      <Box role="img" aria-label={`${title}: ${totals.join(', ')}`} sx={{ height: 280 }}>
        <StackedBars starts={starts} nameOf={nameOf} series={series} />
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
                {series.map(({ name, values }) => (
                  <TableCell key={name} align="right">
                    {values[index]}
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
