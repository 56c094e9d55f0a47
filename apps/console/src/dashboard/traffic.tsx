/** The traffic as charts, and as tables for people who cannot use charts. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography, useTheme } from '@mui/material';
import { moment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { type Series, StackedBars } from './stacked-bars.js';

type Props = Pick<AnswerOf<'dashboardShow'>, 'traffic' | 'reasons'>;

export default function Traffic({ traffic, reasons }: Props) {
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
    return (
      <Typography sx={{ mb: 2 }}>
        No requests in the last {hours.length > 24 ? '7 days' : '24 hours'}.
      </Typography>
    );
  const columns = isBusy(reasonSeries) ? '1fr 1fr' : '1fr';
  return (
    <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { lg: columns }, alignItems: 'start' }}>
      <Chart title="Requests by hour" hours={hours} series={series} />
      {isBusy(reasonSeries) ? (
        <Chart title="Rejected and failed requests by reason" hours={hours} series={reasonSeries} />
      ) : null}
    </Box>
  );
}

const isBusy = (series: readonly Series[]): boolean =>
  series.some(({ values }) => values.some((count) => count > 0));

interface ChartProps {
  readonly title: string;
  readonly hours: readonly string[];
  readonly series: readonly Series[];
}

function Chart({ title, hours, series }: ChartProps) {
  const totals = series.map(({ name, values }) => `${name} ${values.reduce((a, b) => a + b, 0)}`);
  const busyHours = hours.flatMap((at, index) =>
    series.some(({ values }) => values[index] !== 0) ? [{ at, index }] : [],
  );
  return (
    <Section title={title}>
      <Box role="img" aria-label={`${title}: ${totals.join(', ')}`} sx={{ height: 280 }}>
        <StackedBars hours={hours} series={series} />
      </Box>
      <Box component="details" sx={{ mt: 1, overflowX: 'auto' }}>
        <summary>Show as a table</summary>
        <Table size="small" sx={{ '& td, & th': { px: 0.75 } }}>
          <TableHead>
            <TableRow>
              <TableCell>Hour</TableCell>
              {series.map(({ name }) => (
                <TableCell key={name} align="right">
                  {name}
                </TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {busyHours.map(({ at, index }) => (
              <TableRow key={at}>
                <TableCell>{moment(at)}</TableCell>
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
