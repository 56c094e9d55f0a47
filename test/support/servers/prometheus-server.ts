/** A Prometheus that reads gateways every second and applies the rules of infra/observability without waiting. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrometheus } from '../../../tools/prometheus.mjs';
import { until } from '../until.ts';
import { freePort } from '../../../tools/start/free-port.ts';

const RULES = new URL('../../../infra/observability/prometheus/gatehouse.rules.yaml', import.meta.url);

export interface PrometheusServer {
  /** The names of the alerts that fire. */
  firing(): Promise<ReadonlySet<string>>;
  /** The number of series that an expression has now; throws if it is no expression. */
  seriesOf(expr: string): Promise<number>;
  stop(): Promise<void>;
}

/** @param targets host:port of status listeners */
export async function startPrometheus(targets: readonly string[]): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-prometheus-'));
  // An alert need not have held for minutes: that part of a rule is tested by promtool.
  const rules = (await readFile(RULES, 'utf8')).replace(/^(\s+for:) \w+$/gm, '$1 0s');
  await writeFile(join(folder, 'rules.yaml'), rules);
  const settings = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'gatehouse', static_configs: [{ targets }] }],
  };
  await writeFile(join(folder, 'prometheus.json'), JSON.stringify(settings));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    findPrometheus()?.prometheus ?? '',
    [
      `--config.file=${join(folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'exit');

  async function query<T>(path: string): Promise<T> {
    const answer = await fetch(`http://${address}/api/v1/${path}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(`${path}: ${error}`);
    return data;
  }
  const isReady = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${errors}`);
    return fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await until('Prometheus is ready', isReady, 60_000).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    async firing() {
      type Alerts = { alerts: { state: string; labels: { alertname: string } }[] };
      const { alerts } = await query<Alerts>('alerts');
      return new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname));
    },
    async seriesOf(expr) {
      const { result } = await query<{ result: unknown[] }>(`query?query=${encodeURIComponent(expr)}`);
      return result.length;
    },
    stop,
  };
}
