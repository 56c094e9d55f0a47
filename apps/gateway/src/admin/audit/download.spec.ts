import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Acting } from '../http/access/principal.js';
import { AuditAccess } from './audit-access.js';
import type { AuditFilter } from './audit-filter.js';
import type { AuditTrail } from './audit-trail.js';
import { AuditDownload } from './download.js';

const acting = { actor: 'Ada', person: null, origin: 'test', reach: 'all' } as Acting;
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Serves one download of these rows; `onEnd` stands for recording its end. */
async function serve(
  rows: () => AsyncIterable<Record<string, unknown>>,
  onEnd: (event: SystemEvent) => Promise<void>,
  filter: AuditFilter = { reach: 'all' },
): Promise<Response> {
  const now = () => 0;
  const auditTrail: Pick<AuditTrail, 'all' | 'record' | 'removedMonths'> = {
    all: rows,
    removedMonths: () => Promise.resolve([]),
    record: (event) => (event.event === 'AUDIT_EXPORT_END' ? onEnd(event) : Promise.resolve()),
  };
  const downloads = new AuditDownload(auditTrail, new AuditAccess(auditTrail, now), now);
  server = createServer((_request, response) => {
    downloads
      .send(response, acting, { format: 'ndjson', reason: 'test' }, filter)
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

it.each<[string, AuditFilter, string]>([
  ['everything until now', { reach: 'all' }, '../1970-01-01T00:00:00.000Z'],
  [
    'a day, which is the whole day in London',
    { reach: 'all', from: '2026-06-01', until: '2026-06-01' },
    '2026-05-31T23:00:00.000Z/2026-06-01T23:00:00.000Z',
  ],
])('a download of %s says which instants it covers', async (_case, filter, covers) => {
  const answer = await serve(two, () => Promise.resolve(), filter);
  expect(answer.headers.get('gatehouse-covers')).toBe(covers);
  await answer.text();
});

async function* two() {
  yield { n: 1 };
  yield await Promise.resolve({ n: 2 });
}

describe('a download', () => {
  it('sends its last row only once the record of its end is written', async () => {
    let written = (): void => undefined;
    const onRecord = new Promise<void>((resolve) => {
      written = resolve;
    });
    const ends: SystemEvent[] = [];
    const answer = await serve(two, (event) => {
      ends.push(event);
      return onRecord;
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('{"n":1}\n');
    let hasLastRow = false;
    const last = reader.read().finally(() => (hasLastRow = true));
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    // A whole other download begins meanwhile.
    const other = await fetch(answer.url);
    expect((await other.body!.getReader().read()).done).toBe(false);
    expect(hasLastRow).toBe(false);
    expect(ends.slice(0, 1).map(({ facts }) => facts)).toEqual([
      expect.objectContaining({ rows: 2, complete: true }),
    ]);
    written();
    expect((await last).value).toBe('{"n":2}\n');
    expect((await reader.read()).done).toBe(true);
  });

  it('never ends when the record of its end cannot be written', async () => {
    const answer = await serve(two, () => Promise.reject(new Error('no trail')));
    await expect(answer.text()).rejects.toThrow();
  });

  it('is recorded as incomplete where the rows break off', async () => {
    const ends: unknown[] = [];
    const answer = await serve(
      async function* () {
        yield { n: 1 };
        yield { n: 2 };
        await Promise.reject(new Error('database gone'));
      },
      (event) => {
        ends.push(event.facts['complete']);
        return Promise.resolve();
      },
    );
    await expect(answer.text()).rejects.toThrow();
    expect(ends).toEqual([false]);
  });
});
