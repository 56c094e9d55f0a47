/** The rules of infra/observability/prometheus by Prometheus's own tool: their syntax, and when each alert fires. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findPrometheus } from '../../../tools/prometheus.mjs';

const FOLDER = fileURLToPath(new URL('../../../infra/observability/prometheus', import.meta.url));

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(findPrometheus()?.promtool ?? '', args, {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

it('Prometheus accepts the rules and the example of its settings', () => {
  expect(promtool('check', 'rules', 'gatehouse.rules.yaml')).toContain('rules found');
  expect(promtool('check', 'config', 'prometheus.yaml')).toContain('valid prometheus config');
});

it('each alert is quiet, and then fires, on the series of its test', () => {
  expect(promtool('test', 'rules', 'gatehouse.rules.test.yaml')).toContain('SUCCESS');
});
