import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHarness, type Harness } from '../testing/harness.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());

async function s3(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${h.sim.kmsUrl}${path}`, {
    method,
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=x',
      ...(body === undefined ? {} : { 'x-amz-checksum-crc32': 'AAAAAA==' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const once = { 'if-none-match': '*' };
const LOCKED = '/gatehouse-checkpoints';

describe('the simulated S3', () => {
  it('keeps versions, and gives the newest unless one is named', async () => {
    const first = await s3('PUT', `${LOCKED}/a/1.txt`, 'one');
    const second = await s3('PUT', `${LOCKED}/a/1.txt`, 'two');
    expect([first.status, second.status]).toEqual([200, 200]);
    const version = first.headers.get('x-amz-version-id') ?? '';
    expect((await s3('GET', `${LOCKED}/a/1.txt`)).text).toBe('two');
    const named = await s3('GET', `${LOCKED}/a/1.txt?versionId=${version}`);
    expect(named.text).toBe('one');
    expect(named.headers.get('x-amz-object-lock-mode')).toBe('COMPLIANCE');
    expect((await s3('GET', `/gatehouse-unlocked/none`)).status).toBe(404);
  });

  it('refuses to write an object that is there with If-None-Match', async () => {
    expect((await s3('PUT', `${LOCKED}/b.txt`, 'one', once)).status).toBe(200);
    const refused = await s3('PUT', `${LOCKED}/b.txt`, 'two', once);
    expect(refused.status).toBe(412);
    expect(refused.text).toContain('<Code>PreconditionFailed</Code>');
    expect((await s3('PUT', `${LOCKED}/b.txt`, 'two', { 'if-none-match': '"etag"' })).status).toBe(501);
  });

  it('puts a delete marker before what is locked, and removes no locked version', async () => {
    const { headers } = await s3('PUT', `${LOCKED}/c.txt`, 'one');
    const version = headers.get('x-amz-version-id') ?? '';
    const refused = await s3('DELETE', `${LOCKED}/c.txt?versionId=${version}`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('protected by object lock');
    expect((await s3('DELETE', `${LOCKED}/c.txt`)).headers.get('x-amz-delete-marker')).toBe('true');
    const gone = await s3('GET', `${LOCKED}/c.txt`);
    expect([gone.status, gone.headers.get('x-amz-delete-marker')]).toEqual([404, 'true']);
    expect((await s3('GET', `${LOCKED}/c.txt?versionId=${version}`)).text).toBe('one');
    expect((await s3('PUT', `${LOCKED}/c.txt`, 'again', once)).status).toBe(200);
    const { text } = await s3('GET', `${LOCKED}?versions&prefix=c.txt`);
    expect(text.match(/<Version>/g)).toHaveLength(2);
    expect(text.match(/<DeleteMarker>/g)).toHaveLength(1);
  });

  it('removes a version of a bucket without object lock', async () => {
    const { headers } = await s3('PUT', '/gatehouse-unlocked/d.txt', 'one');
    const version = headers.get('x-amz-version-id') ?? '';
    expect((await s3('DELETE', `/gatehouse-unlocked/d.txt?versionId=${version}`)).status).toBe(204);
    expect((await s3('GET', '/gatehouse-unlocked/d.txt')).text).toContain('NoSuchKey');
  });

  it('lists keys in their order, after a name, page by page', async () => {
    for (const name of ['3', '1', '2']) await s3('PUT', `/gatehouse-unlocked/list/${name}`, name);
    const keysOf = (text: string) => [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key);
    const list = async (query: string) => s3('GET', `/gatehouse-unlocked?list-type=2&prefix=list/${query}`);
    expect(keysOf((await list('')).text)).toEqual(['list/1', 'list/2', 'list/3']);
    expect(keysOf((await list('&start-after=list/1')).text)).toEqual(['list/2', 'list/3']);
    expect((await list('&start-after=list/2')).text).toContain('<Key>list/3</Key><Size>1</Size>');
    const page = await list('&max-keys=2');
    expect(page.text).toContain('<IsTruncated>true</IsTruncated>');
    expect(page.text).toContain('<NextContinuationToken>list/2</NextContinuationToken>');
  });

  it.each([
    ['GET', '/no-such-bucket/a', {}, 'NoSuchBucket'],
    ['GET', `${LOCKED}/a`, { authorization: '' }, 'AccessDenied'],
    ['POST', `${LOCKED}/a`, {}, 'MethodNotAllowed'],
    ['GET', `${LOCKED}/a/1.txt?versionId=no`, {}, 'NoSuchVersion'],
  ])('answers %s %s as S3 does', async (method, path, headers, code) => {
    expect((await s3(method, path, undefined, headers)).text).toContain(`<Code>${code}</Code>`);
  });

  it('wants a checksum of what is locked', async () => {
    const answer = await fetch(`${h.sim.kmsUrl}${LOCKED}/e.txt`, {
      method: 'PUT',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
      body: 'one',
    });
    expect(await answer.text()).toContain('Content-MD5 OR x-amz-checksum-');
  });
});
