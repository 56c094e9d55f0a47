/**
 * The vitest globalSetup that starts one simulator of the NHS and KMS for the whole run. Workers find the settings of a
 * gateway that uses it in the environment.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatorProcess } from './processes.ts';
import { createAuditKey } from './stack.ts';

/** Holds the settings of a gateway that uses this simulator, as JSON. */
export const SETTINGS_VARIABLE = 'GATEHOUSE_TEST_SETTINGS';

export default async function setup(): Promise<() => Promise<void>> {
  const simulator = await startSimulatorProcess();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-environments-'));
  const file = join(folder, 'environments.yaml');
  const { apiBaseUrl, tokenUrl } = simulator;
  const environments = [
    { name: 'int', kind: 'authenticated', apiBaseUrl, tokenUrl },
    { name: 'dep', kind: 'authenticated', apiBaseUrl, tokenUrl },
    { name: 'sandbox', kind: 'open', apiBaseUrl },
  ];
  await writeFile(file, JSON.stringify({ environments }));
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  process.env[SETTINGS_VARIABLE] = JSON.stringify({
    AWS_ENDPOINT_URL_KMS: simulator.kmsUrl,
    GATEHOUSE_AUDIT_KMS_KEY: await createAuditKey(simulator.kmsUrl),
    GATEHOUSE_ENVIRONMENTS: file,
    GATEHOUSE_SERVES: environments.map(({ name }) => name).join(','),
  });
  return async () => {
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
