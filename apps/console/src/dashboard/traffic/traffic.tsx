/** The traffic as charts, and as tables for people who cannot use charts. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography, useTheme } from '@mui/material';
import { barsOf } from './by-day.js';
import { Chart } from './chart.js';
import { spanWords } from './figure-words.js';
import { NewReasons } from './new-reasons.js';
import { endOfHour, ofCode, useRequestsBehind } from './requests-behind.js';
import type { Series } from './stacked-bars.js';
import { TrafficFigures } from './traffic-figures.js';
import { WorstClients } from './worst-clients.js';
import { WorstOrganisations } from './worst-organisations.js';

interface Props extends Pick<
  AnswerOf<'dashboardShow'>,
  'traffic' | 'reasons' | 'figures' | 'lastWeek' | 'uncounted'
> {
  /** Whose requests these are; undefined: everybody’s. */
  readonly organisation?: string;
  readonly worst?: AnswerOf<'dashboardShow'>['worst'];
  readonly worstClients?: AnswerOf<'dashboardShow'>['worstClients'];
}

export default function Traffic({ traffic, reasons, organisation, ...rest }: Props) {
  const { worst = [], worstClients = [], ...figures } = rest;
  const { palette } = useTheme();
  const hours = traffic.map(({ at }) => at);
  const requestsBehind = useRequestsBehind(hours, organisation);
  const ended = (outcome: string) => ({ outcome });
  const series: Series[] = [
    {
      name: 'Completed',
      filter: ended('COMPLETED'),
      colour: palette.success.main,
      values: traffic.map(({ completed }) => completed),
    },
    {
      name: 'Rejected',
      filter: ended('REFUSED'),
      colour: palette.warning.main,
      values: traffic.map(({ refused }) => refused),
    },
    {
      name: 'Failed',
      filter: ended('ANY_FAILURE'),
      colour: palette.error.main,
      values: traffic.map(({ failed }) => failed),
    },
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
    filter: ofCode(code),
    colour: colours[index % colours.length] ?? palette.text.primary,
    values,
  }));
  if (!isBusy(series))
    return <Typography sx={{ mb: 2 }}>No requests in the last {spanWords(hours.length)}.</Typography>;
  const columns = isBusy(reasonSeries) ? '1fr 1fr' : '1fr';
  const { unit, starts, sums } = barsOf(hours);
  const bars = (all: readonly Series[]) => all.map((one) => ({ ...one, values: sums(one.values) }));
  const common = { unit, starts, end: endOfHour(hours.at(-1) ?? ''), requestsBehind };
  return (
    <>
      <NewReasons reasons={reasons} requestsBehind={requestsBehind} />
      <TrafficFigures {...figures} hours={hours.length} requestsBehind={requestsBehind} />
      <WorstOrganisations worst={worst} requestsBehind={requestsBehind} />
      <WorstClients worst={worstClients} requestsBehind={requestsBehind} />
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
