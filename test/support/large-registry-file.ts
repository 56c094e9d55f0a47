/**
 * Compares a large registry file on a thread of its own. A test that measures other callers meanwhile would
 * otherwise add to their waits the time in which it writes and reads megabytes of JSON itself.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

interface Target {
  /** The base URL of the admin listener. */
  readonly admin: string;
  readonly adminToken: string;
  /** How many organisations the file lists, each with two draft applications of one message set. */
  readonly organisations: number;
}

export interface LargeRegistryFile {
  /** Sends the file. @returns the number of its changes */
  compare(): Promise<number>;
  close(): Promise<unknown>;
}

/** Writes the file; it is sent later. */
export async function writeLargeRegistryFile(target: Target): Promise<LargeRegistryFile> {
  const thread = new Worker(new URL(import.meta.url), { workerData: target });
  await once(thread, 'message');
  return {
    async compare() {
      const answer = once(thread, 'message') as Promise<[number]>;
      thread.postMessage('compare');
      return (await answer)[0];
    },
    close: () => thread.terminate(),
  };
}

function largeDocument(organisations: number): object {
  const odsCodes = Array.from({ length: organisations }, (_, n) => `Y${String(n).padStart(5, '0')}`);
  return {
    apiVersion: 'gatehouse/v1',
    organisations: odsCodes.map((odsCode) => ({
      odsCode,
      name: `Synthetic Practice ${odsCode} ${'x'.repeat(80)}`,
    })),
    applications: odsCodes.flatMap((odsCode) =>
      ['referrer', 'provider'].map((capability) => ({
        organisation: odsCode,
        product: 'ReferWell',
        environment: 'local',
        accessMode: 'application-restricted',
        capability,
        apimApplicationId: `${odsCode}-${capability}-`.padEnd(100, 'x'),
        messageSets: ['everything'],
        state: 'draft',
      })),
    ),
  };
}

if (!isMainThread && parentPort !== null) {
  const { admin, adminToken, organisations } = workerData as Target;
  const body = JSON.stringify({ document: largeDocument(organisations) });
  const port = parentPort;
  port.on('message', () => {
    void fetch(`${admin}/api/v1/registry/diff`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body,
    }).then(async (answer) => {
      if (answer.status !== 200) throw new Error(`${String(answer.status)}: ${await answer.text()}`);
      port.postMessage(((await answer.json()) as { changes: unknown[] }).changes.length);
    });
  });
  port.postMessage('written');
}
