import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics, type Metrics, VERSION } from './metrics.js';

it('reports the version of the package', () => {
  const packageFile = new URL('../../package.json', import.meta.url);
  expect((JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version).toBe(VERSION);
});

const page = async (metrics: Metrics): Promise<string> => (await metrics.page()).text;

it('serves counters that are alarms from 0 on, so that the first increase is seen', async () => {
  const text = await page(createMetrics());
  for (let law = 1; law <= 11; law += 1)
    expect(text).toContain(`gatehouse_law_alarms_total{law="${law}"} 0\n`);
  expect(text).toContain(
    'gatehouse_token_calls_total{grant="client_credentials",result="configuration"} 0\n',
  );
  expect(text).toContain('gatehouse_writes_in_doubt_total 0\n');
  expect(text).toContain('gatehouse_audit_writers_swept_total 0\n');
});

it('serves no number where there is none', async () => {
  const metrics = createMetrics();
  let bytes: number | null = null;
  metrics.watchEach('database_bytes', 'Size', [], () =>
    bytes === null ? [] : [{ labels: {}, value: bytes }],
  );
  expect(await page(metrics)).not.toMatch(/^gatehouse_(audit_partitions_ahead|database_bytes) /m);
  metrics.partitionsAhead(4);
  bytes = 7;
  expect(await page(metrics)).toContain('gatehouse_audit_partitions_ahead 4\n');
  expect(await page(metrics)).toContain('gatehouse_database_bytes 7\n');
  bytes = null;
  expect(await page(metrics)).not.toMatch(/^gatehouse_database_bytes /m);
});
