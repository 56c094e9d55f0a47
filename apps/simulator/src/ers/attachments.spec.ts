import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAs, freshErs, USERS } from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { INTERACTIONS } from './interactions.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(() => freshErs(h));
const call = (...args: Parameters<typeof callAs> extends [Harness, ...infer Rest] ? Rest : never) =>
  callAs(h, ...args);

describe('attachments', () => {
  it('A006 and A042 return what A020 has stored', async () => {
    const upload = await call('SPC', 'POST', '/FHIR/STU3/Binary', {
      headers: { 'Content-Type': 'text/plain', 'NHSD-eRS-File-Name': 'test.txt' },
      body: 'stored bytes',
    });
    const id = upload.headers['location']?.split('/').at(-1) ?? '';
    const read = await call('SPC', 'GET', `/FHIR/STU3/Binary/${id}`);
    expect([read.body, read.headers['content-type'], read.headers['content-disposition']]).toEqual([
      'stored bytes',
      'text/plain',
      'attachment; filename="test.txt"',
    ]);
  });
  it.each<[string, Record<string, string>, string, number]>([
    ['no file name', { 'Content-Type': 'text/plain' }, 'x', 422],
    ['a path as file name', { 'Content-Type': 'text/plain', 'NHSD-eRS-File-Name': '../x.txt' }, 'x', 422],
    ['an empty file', { 'Content-Type': 'text/plain', 'NHSD-eRS-File-Name': 'x.txt' }, '', 422],
    [
      'more than 5 MB',
      { 'Content-Type': 'text/plain', 'NHSD-eRS-File-Name': 'x.txt' },
      'x'.repeat(5_242_881),
      422,
    ],
    [
      'a media type it doesn’t take',
      { 'Content-Type': 'application/zip', 'NHSD-eRS-File-Name': 'x.zip' },
      'x',
      415,
    ],
  ])('A020 refuses %s', async (_name, headers, body, status) => {
    expect((await call('SPC', 'POST', '/FHIR/STU3/Binary', { headers, body })).status).toBe(status);
  });
  it.each(['A007', 'A019', 'A043'])('%s returns a PDF with a file name', async (id) => {
    const row = INTERACTIONS.find((candidate) => candidate.id === id);
    const path = (row?.path ?? '').replace('{ubrn}', id === 'A043' ? '000049146177' : '000000070000');
    const response = await call('RC', 'POST', path);
    expect(response.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': expect.stringMatching(/^attachment; filename="\d{12}_\w+\.pdf"$/),
      'content-length': String(response.bytes.length - response.bytes.indexOf('\r\n\r\n') - 4),
    });
    expect([response.body.startsWith('%PDF-1.4'), response.body.trimEnd().endsWith('%%EOF')]).toEqual([
      true,
      true,
    ]);
  });
  it('a large synthetic attachment has the documented bytes', async () => {
    await h.control('POST', '/attachments', {
      id: 'big',
      sizeBytes: 200_000,
      contentType: 'application/dicom',
    });
    const token = await h.token('provider', {});
    const response = await fetch(`${h.sim.apiBaseUrl}/FHIR/STU3/Binary/big`, {
      headers: { Authorization: `Bearer ${token}`, ...USERS['SPC'] },
    });
    const expected = Buffer.from(Array.from({ length: 200_000 }, (_, i) => ((i % 65_536) * 31 + 7) & 0xff));
    expect(
      createHash('sha256')
        .update(Buffer.from(await response.arrayBuffer()))
        .digest('hex'),
    ).toBe(createHash('sha256').update(expected).digest('hex'));
  });
});
