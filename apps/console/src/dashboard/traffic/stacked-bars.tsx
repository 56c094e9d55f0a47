import { useTheme } from '@mui/material';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

/** One colour of the bars, with a number for each of them. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
  /** Of the audit trail, for the requests of this colour; null: no filter finds them. */
  readonly filter: object | null;
}

const HOUR = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'Europe/London',
});
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'Europe/London' });
const ONE_DAY = 24;

interface Props {
  /** When the hour or day of each bar begins. */
  readonly starts: readonly string[];
  /** What a bar is called. */
  readonly nameOf: (start: string | null) => string;
  readonly series: readonly Series[];
  /** Shows the requests of one bar, by its place. */
  readonly onOpen: (series: Series, bar: number) => void;
}

export function StackedBars({ starts, nameOf, series, onOpen }: Props) {
  const { palette } = useTheme();
  const label = (at: string) => (starts.length > ONE_DAY ? DAY : HOUR).format(new Date(at));
  const data = starts.map((at, index) => ({
    at,
    ...Object.fromEntries(series.map(({ name, values }) => [name, values[index]])),
  }));
  const tickStyle = { fill: palette.text.primary };
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={data} accessibilityLayer={false} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke={palette.divider} />
        <XAxis
          dataKey="at"
          tickFormatter={label}
          tick={tickStyle}
          stroke={palette.text.secondary}
          minTickGap={24}
        />
        <YAxis allowDecimals={false} width="auto" tick={tickStyle} stroke={palette.text.secondary} />
        <Tooltip
          labelFormatter={(_, [bar]) => nameOf((bar?.payload as { at?: string } | undefined)?.at ?? null)}
          contentStyle={{ background: palette.background.paper, color: palette.text.primary }}
        />
        <Legend formatter={(name) => <span style={{ color: palette.text.primary }}>{name}</span>} />
        {series.map((one) => (
          <Bar
            key={one.name}
            dataKey={one.name}
            stackId="all"
            fill={one.colour}
            isAnimationActive={false}
            {...(one.filter === null
              ? {}
              : {
                  cursor: 'pointer',
                  onClick: (_: unknown, bar: number) => {
                    onOpen(one, bar);
                  },
                })}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
