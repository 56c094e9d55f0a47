// The parts of a Grafana dashboard. A panel of ours is a few words; what Grafana wants beside them is added here.
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

/** A line over time. `queries` is a list of [expression, legend]. */
export const lines = (title, unit, description, queries, width = 8) => ({
  type: 'timeseries',
  ...{ title, unit, description, queries, width },
  height: 8,
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
});

/** The newest value. It turns red from `bad` on; `bad: 0` means that it turns red below 1. */
export const number = (title, unit, description, query, { bad = null, width = 4 } = {}) => ({
  type: 'stat',
  ...{ title, unit, description, width },
  queries: [query],
  height: 4,
  thresholds: bad === null ? null : thresholdsOf(bad),
  options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: bad === null ? 'none' : 'value' },
});

/** A heading over the panels that follow. */
export const row = (title) => ({ type: 'row', title, width: COLUMNS, height: 1 });

function thresholdsOf(bad) {
  const [below, above] = bad === 0 ? ['red', 'green'] : ['green', 'red'];
  return {
    mode: 'absolute',
    steps: [
      { color: below, value: null },
      { color: above, value: bad === 0 ? 1 : bad },
    ],
  };
}

/** A whole dashboard, with its panels placed from left to right in the order given. */
export function dashboard(title, description, panels) {
  const place = placer();
  return {
    title,
    description,
    uid: null,
    tags: ['gatehouse'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-24h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables() },
    annotations: { list: [] },
    panels: panels.map((panel, index) => panelOf(panel, index + 1, place(panel))),
  };
}

function panelOf({ type, title, description, unit, queries, options, thresholds }, id, gridPos) {
  if (type === 'row') return { id, type, title, collapsed: false, gridPos, panels: [] };
  return {
    ...{ id, type, title, description, gridPos, datasource: DATASOURCE },
    fieldConfig: { defaults: { unit, ...(thresholds ? { thresholds } : {}) }, overrides: [] },
    options,
    targets: queries.map(([expr, legendFormat], index) => ({
      ...{ refId: String.fromCharCode(65 + index), expr, legendFormat, datasource: DATASOURCE },
    })),
  };
}

function placer() {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return ({ width, height }) => {
    if (x + width > COLUMNS) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const position = { x, y, w: width, h: height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return position;
  };
}

function variables() {
  const ofLabel = (name, label, metric) => ({
    ...{ name, label, type: 'query', datasource: DATASOURCE, query: `label_values(${metric}, ${name})` },
    ...{
      multi: true,
      includeAll: true,
      allValue: '.*',
      current: { text: 'All', value: '$__all' },
      refresh: 2,
      sort: 1,
    },
  });
  return [
    { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', refresh: 1 },
    ofLabel('instance', 'Replica', 'gatehouse_build_info'),
    ofLabel('environment', 'Environment', 'gatehouse_requests_total'),
  ];
}

/** The quantiles 50, 95 and 99 of a histogram with these labels. */
export const quantiles = (histogram, labels) =>
  [0.5, 0.95, 0.99].map((quantile) => [
    `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket{${labels}}[$__rate_interval])))`,
    `${quantile * 100} %`,
  ]);
