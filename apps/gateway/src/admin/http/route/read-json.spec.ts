import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readJson } from './read-json.js';

const LARGEST_FILE_BYTES = 16 * 1024 * 1024;

function upload(contentLength: number | undefined) {
  const response = Object.assign(new EventEmitter(), { closed: false });
  const headers = { 'content-type': 'application/json', 'content-length': contentLength?.toString() };
  const request = Object.assign(Readable.from([Buffer.from('{}')]), { headers });
  const body = readJson(request as unknown as IncomingMessage, response as unknown as ServerResponse, {
    maxBodyBytes: LARGEST_FILE_BYTES,
    tooLarge: 'split it',
  });
  return { body, end: () => response.emit('close') };
}

it.each([
  ['whose length is announced', LARGEST_FILE_BYTES],
  ['sent in chunks', undefined],
])('takes four of the largest files at once, %s', async (_case, contentLength) => {
  const four = Array.from({ length: 4 }, () => upload(contentLength));
  await Promise.all(four.map(({ body }) => expect(body).resolves.toEqual({})));
  await expect(upload(2).body).rejects.toMatchObject({ kind: 'busy', status: 503, retryAfterS: 60 });

  four[0]?.end();
  const next = upload(contentLength);
  await expect(next.body).resolves.toEqual({});
  for (const { end } of [...four, next]) end();
});

it('says how to split a file that is too large', async () => {
  const { body } = upload(LARGEST_FILE_BYTES + 1);
  await expect(body).rejects.toMatchObject({ kind: 'too-large', detail: 'split it' });
});
