import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { afterEach, expect, it } from 'vitest';
import { createSignatureRecord, type SignatureRecord } from './signature-record.js';

let record: SignatureRecord | undefined;
afterEach(() => record?.close());

function recordTo(write: (event: SystemEvent) => Promise<void>): SignatureRecord {
  return (record = createSignatureRecord(write, () => 1));
}

it('writes one row for each key with all ids, and nothing if nothing was signed', async () => {
  const written: SystemEvent[] = [];
  const { note, flush } = recordTo((event) => Promise.resolve(void written.push(event)));
  await flush();
  expect(written).toEqual([]);
  note({ key: 'one', requestId: 'a' });
  note({ key: 'two', requestId: 'b' });
  note({ key: 'one', unanswered: { fromMs: 1, toMs: 2 } });
  await flush();
  await flush();
  expect(written.map(({ event, facts }) => [event, facts])).toEqual([
    ['KMS_SIGNATURES', { key: 'one', requestIds: ['a'], unanswered: [{ fromMs: 1, toMs: 2 }] }],
    ['KMS_SIGNATURES', { key: 'two', requestIds: ['b'], unanswered: [] }],
  ]);
});

it('bounds a row', async () => {
  const written: SystemEvent[] = [];
  const { note, flush } = recordTo((event) => Promise.resolve(void written.push(event)));
  for (let id = 0; id < 450; id++) note({ key: 'one', requestId: String(id) });
  await flush();
  expect(written.map(({ facts }) => (facts['requestIds'] as string[]).length)).toEqual([200, 200, 50]);
});

it('keeps what the trail does not take, and writes it with the next', async () => {
  const written: SystemEvent[] = [];
  let isAway = true;
  const { note, close } = recordTo((event) =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve(void written.push(event)),
  );
  note({ key: 'one', requestId: 'a' });
  await record?.flush();
  isAway = false;
  note({ key: 'one', requestId: 'b' });
  await close();
  expect(written.map(({ facts }) => facts['requestIds'])).toEqual([['a', 'b']]);
});
