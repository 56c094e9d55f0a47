/**
 * Prometheus's metrics as OpenTelemetry's. Names stay as they are: a collector that writes them to Prometheus again
 * adds no second `_total` or `_seconds`, so that dashboards and alerts fit both (ADR 75).
 */
import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';

/** What prom-client's `getMetricsAsJSON` returns. Its declaration takes the type for a number. */
export interface RegistryMetric {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly Sample[];
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram alone: its name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

/** By the end of a name; everything else is a plain number. */
const UNITS = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
  ['_ratio', '1'],
] as const;

/** @throws on a summary, which OpenTelemetry doesn't have */
export function metricData(
  metrics: readonly RegistryMetric[],
  startTime: HrTime,
  endTime: HrTime,
): MetricData[] {
  const times = { startTime, endTime };
  return metrics.map((metric): MetricData => {
    const base = {
      descriptor: {
        name: metric.name,
        description: metric.help,
        unit: unitOf(metric.name),
        valueType: ValueType.DOUBLE,
      },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    switch (metric.type) {
      case 'counter':
        return {
          ...base,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: numbers(metric, times),
        };
      case 'gauge':
        return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: numbers(metric, times) };
      case 'histogram':
        return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, times) };
      default:
        throw new Error(`${metric.name}: no OpenTelemetry form of a ${String(metric.type)}`);
    }
  });
}

type Times = Pick<DataPoint<number>, 'startTime' | 'endTime'>;

function unitOf(name: string): string {
  return UNITS.find(([ending]) => name.replace(/_total$/, '').endsWith(ending))?.[1] ?? '';
}

/** JSON has no NaN and no infinity, so a collector would refuse the whole batch for one. */
function numbers({ values }: RegistryMetric, times: Times): DataPoint<number>[] {
  return values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, labels }) => ({ ...times, attributes: attributesOf(labels), value }));
}

/** The samples of a series follow each other: its buckets, each with all below it, the last without bound, sum, count. */
function histograms({ values }: RegistryMetric, times: Times): DataPoint<Histogram>[] {
  const points: DataPoint<Histogram>[] = [];
  let boundaries: number[] = [];
  let counts: number[] = [];
  let below = 0;
  let sum = 0;
  for (const { metricName = '', labels, value } of values) {
    if (metricName.endsWith('_bucket')) {
      if (labels['le'] !== '+Inf') boundaries.push(Number(labels['le']));
      counts.push(value - below);
      below = value;
    } else if (metricName.endsWith('_sum')) {
      sum = value;
    } else {
      const histogram = { buckets: { boundaries, counts }, sum, count: value };
      points.push({ ...times, attributes: attributesOf(labels), value: histogram });
      [boundaries, counts, below] = [[], [], 0];
    }
  }
  return points;
}

function attributesOf(labels: Sample['labels']): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value ?? '')]));
}
