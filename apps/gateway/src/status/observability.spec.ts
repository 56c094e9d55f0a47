/**
 * The rules, dashboards and runbooks of infra/observability and docs/runbooks fit the metrics that the program has, and
 * each other. docs/metrics.md is compared with a running gateway in test/e2e/status.spec.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ERRORS } from '@gatehouse/domain/errors';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from './metrics.js';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const filesIn = (path: string): string[] => readdirSync(new URL(path, root));

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}
interface Metric {
  readonly type: string;
  readonly labels: readonly string[];
}

const PROMETHEUS = 'infra/observability/prometheus';
const DASHBOARDS = 'infra/observability/grafana';
/** Prometheus gives these to every series that it reads, and the others to an alert. */
const OF_TARGETS = ['instance', 'job'];
const OF_PROMETHEUS: readonly [string, Metric][] = [
  ['up', { type: 'gauge', labels: [] }],
  ['ALERTS', { type: 'gauge', labels: ['alertname', 'alertstate'] }],
];

const rules = (
  parse(read(`${PROMETHEUS}/gatehouse.rules.yaml`)) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const recorded = new Set(rules.map(({ record }) => record));
const dashboards = filesIn(DASHBOARDS).map(
  (name) => [name, JSON.parse(read(`${DASHBOARDS}/${name}`)) as { uid: unknown; panels: Panel[] }] as const,
);
let metrics: Map<string, Metric>;

beforeAll(async () => {
  const ofUs = [
    ...read('docs/metrics.md').matchAll(/^\| `(gatehouse_\w+)(?:\{([\w,]+)\})?`\s+\| (\w+)/gm),
  ].map(([, name = '', labels = '', type = '']) => [name, { type, labels: labels.split(',') }] as const);
  metrics = new Map([...(await metricsOfNode()), ...ofUs, ...OF_PROMETHEUS]);
});

/** The metrics that prom-client serves by itself, with the labels that they have now. */
async function metricsOfNode(): Promise<[string, Metric][]> {
  const { text } = await createMetrics().page();
  return [...text.matchAll(/^# TYPE (gatehouse_(?:process|nodejs)_\w+) (\w+)\n((?:[^#\n].*\n)*)/gm)].map(
    ([, name = '', type = '', samples = '']) => {
      const labels = [...samples.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      // Garbage may not have been collected yet.
      return [name, { type, labels: name.endsWith('gc_duration_seconds') ? ['kind'] : labels }];
    },
  );
}

/** A histogram's series have a suffix. */
const baseOf = (name: string): string =>
  metrics.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');

/** What is wrong with the metrics and labels of an expression. */
function faultsOf(expr: string): string[] {
  const faults: string[] = [];
  const known = new Set([...OF_TARGETS, 'le', 'environment']);
  for (const [whole, name = '', selector = ''] of expr.matchAll(
    /\b(gatehouse[_:][\w:]+|up|ALERTS)\b(\{[^}]*\})?/g,
  )) {
    if (name.includes(':')) {
      if (!recorded.has(name)) faults.push(`${name} is not recorded`);
      continue;
    }
    const metric = metrics.get(baseOf(name));
    if (metric === undefined) {
      faults.push(`${name} does not exist`);
      continue;
    }
    const labels = [...metric.labels, ...OF_TARGETS, ...(name.endsWith('_bucket') ? ['le'] : [])];
    for (const label of metric.labels) known.add(label);
    for (const [, label = ''] of selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g))
      if (!labels.includes(label)) faults.push(`${name} has no label ${label}`);
    const isCounted = metric.type !== 'gauge';
    const at = expr.indexOf(whole);
    if (isCounted && !/(rate|increase)\($/.test(expr.slice(0, at).trimEnd()))
      faults.push(`${name} is not a rate`);
  }
  for (const [, labels = ''] of expr.matchAll(/\b(?:by|on|without) \(([^)]*)\)/g))
    for (const label of labels.split(',').map((text) => text.trim()))
      if (label !== '' && !known.has(label)) faults.push(`no series has the label ${label}`);
  return faults;
}

it('an expression with an unknown metric or label, or with a counter as it stands, is refused', () => {
  expect(faultsOf('rate(gatehouse_nothing_total[5m])')).toEqual(['gatehouse_nothing_total does not exist']);
  expect(faultsOf('gatehouse_ready{tenant="a"}')).toEqual(['gatehouse_ready has no label tenant']);
  expect(faultsOf('sum by (tenant) (gatehouse_ready)')).toEqual(['no series has the label tenant']);
  expect(faultsOf('gatehouse_requests_total > 0')).toEqual(['gatehouse_requests_total is not a rate']);
  expect(faultsOf('gatehouse:nothing:rate5m')).toEqual(['gatehouse:nothing:rate5m is not recorded']);
});

describe('rules', () => {
  it.each(rules.map((rule) => [rule.alert ?? rule.record, rule.expr]))('%s uses what exists', (_, expr) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it.each(alerts)('$alert says how urgent it is, what is wrong, and where its page is', (rule) => {
    expect(['page', 'ticket']).toContain(rule.labels?.severity);
    expect(rule.annotations?.summary.length).toBeGreaterThan(20);
    expect(rule.annotations?.description).toMatch(/\.$/);
    expect(rule.annotations?.runbook_url).toBe(`docs/runbooks/${rule.alert}.md`);
  });

  it('each alert is tested quiet and firing, by promtool', () => {
    const { tests } = parse(read(`${PROMETHEUS}/gatehouse.rules.test.yaml`)) as {
      tests: { name: string; promql_expr_test: { expr: string; exp_samples: unknown[] }[] }[];
    };
    const samples = new Map(
      tests.map(({ name, promql_expr_test }) => [
        name,
        promql_expr_test
          .filter(({ expr }) => expr.includes(`"${name}"`))
          .map(({ exp_samples }) => exp_samples.length),
      ]),
    );
    for (const { alert } of alerts) expect([alert, samples.get(alert)]).toEqual([alert, [0, 1]]);
  });
});

describe('runbooks', () => {
  const pages = filesIn('docs/runbooks').filter((name) => name !== 'README.md');

  it('each alert has a page, and each page an alert; the index names all of them', () => {
    const expected = alerts.map(({ alert }) => `${alert}.md`).toSorted();
    expect(pages.toSorted()).toEqual(expected);
    const index = [...read('docs/runbooks/README.md').matchAll(/\((Gatehouse\w+\.md)\)/g)].map(
      ([, name]) => name,
    );
    expect(index.toSorted()).toEqual(expected);
  });

  it.each(alerts)(
    'the page of $alert has its four sections, and names codes and metrics that exist',
    (rule) => {
      const page = read(`docs/runbooks/${rule.alert}.md`);
      expect(page).toContain(`# ${rule.alert}\n\nSeverity: ${rule.labels?.severity ?? ''}.\n`);
      expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
        'What it means to a hospital',
        'What to look at first',
        'What to do',
        'Who must act',
      ]);
      for (const [code] of page.matchAll(/\bGW_[A-Z_]+/g)) expect(Object.keys(ERRORS)).toContain(code);
      for (const [name] of page.matchAll(/\bgatehouse_[a-z_]+/g))
        if (name !== 'gatehouse_app') expect([...metrics.keys()]).toContain(baseOf(name));
      for (const [, link = ''] of page.matchAll(/\]\(([\w./-]+\.md)/g))
        expect(() => read(new URL(link, new URL('docs/runbooks/', root)).pathname)).not.toThrow();
    },
  );
});

describe.each(dashboards)('dashboard %s', (_, { uid, panels }) => {
  const shown = panels.filter(({ type }) => type !== 'row');

  it('has no uid, unique ids, and panels that do not overlap', () => {
    expect(uid).toBeNull();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_cell, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it.each(shown.map((panel) => [panel.title, panel] as const))(
    '%s has a unit, words, and queries for what exists',
    (_title, { fieldConfig, description, datasource, targets = [] }) => {
      expect(fieldConfig?.defaults.unit).toMatch(/^\w+$/);
      expect(description?.length).toBeGreaterThan(4);
      expect(datasource?.uid).toBe('${datasource}');
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr } of targets) expect(faultsOf(expr)).toEqual([]);
    },
  );
});

it('the schema of log lines has every text that the program logs', () => {
  const { anyOf } = JSON.parse(read('infra/observability/log-line.schema.json')) as {
    anyOf: { properties: { msg: { enum?: string[] } } }[];
  };
  const documented = anyOf.flatMap(({ properties }) => properties.msg.enum ?? []);
  expect(new Set(documented).size).toBe(documented.length);
  const logged = readdirSync(new URL('apps/gateway/src', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .flatMap((name) => textsLoggedIn(read(`apps/gateway/src/${name}`)));
  expect(logged.length).toBeGreaterThan(30);
  expect(logged.filter((text) => !documented.includes(text))).toEqual([]);
  expect(documented.filter((text) => !logged.includes(text) && !IN_A_CHOICE.includes(text))).toEqual([]);
});

/** One of two texts in a conditional. */
const IN_A_CHOICE = ['an outage goes on'];

/** The last argument of each call of the log, where it is a text. */
function textsLoggedIn(source: string): string[] {
  return [...source.matchAll(/\blog\.(?:info|warn|error|fatal)\(([\s\S]*?)\);/g)].flatMap(
    ([, args = '']) => /'([^'\n]+)',?\s*$/.exec(args)?.[1] ?? [],
  );
}
