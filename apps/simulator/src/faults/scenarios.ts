import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import { emptyReply, jsonReply, textReply, withoutHeader, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import type { Scenario } from './fault.js';

const BOMB_BYTES = 64 * 1024 * 1024;
const TEN_MEBIBYTES = 10 * 1024 * 1024;

let bomb: Promise<Buffer> | undefined;

/**
 * Applies the scenarios that change the answer itself. Scenarios that break the framing are applied on delivery, and
 * those that need a key in the KMS; both return the answer unchanged here.
 */
export async function reshapeByScenario(
  world: World,
  exchange: Exchange,
  reply: Reply,
  scenario: Scenario,
): Promise<Reply> {
  const add = (name: string, value: string): Reply => ({
    ...reply,
    headers: [...withoutHeader(reply.headers, name), [name, value]],
  });
  switch (scenario) {
    case 'html-200':
      return textReply(
        200,
        '<!DOCTYPE html><html><body><h1>Service maintenance</h1></body></html>',
        [],
        'text/html; charset=utf-8',
      );
    case 'set-cookie':
      return add('Set-Cookie', 'simulator-session=not-for-callers; Path=/; HttpOnly');
    case 'cache': {
      const cacheable = add('Cache-Control', 'public, max-age=31536000');
      return {
        ...cacheable,
        headers: [...cacheable.headers, ['Expires', new Date(Date.now() + 31_536_000_000).toUTCString()]],
      };
    }
    case 'other-corr':
      return add('X-Correlation-ID', '00000000-0000-4000-8000-00000000dead');
    case 'echo-auth':
      return jsonReply(
        400,
        {
          resourceType: 'OperationOutcome',
          issue: [
            {
              severity: 'error',
              code: 'invalid',
              diagnostics: `received ${requestHeader(exchange, 'authorization') ?? 'nothing'}`,
            },
          ],
        },
        [],
        'application/fhir+json',
      );
    case 'links':
      return jsonReply(
        200,
        {
          resourceType: 'Bundle',
          type: 'searchset',
          link: [
            {
              relation: 'next',
              url: 'https://api.service.nhs.uk/referrals/FHIR/STU3/ReferralRequest?page=2',
            },
          ],
          entry: [{ fullUrl: 'https://api.service.nhs.uk/referrals/FHIR/STU3/ReferralRequest/000000070000' }],
        },
        [],
        'application/fhir+json',
      );
    case '307-http':
      return emptyReply(307, [['Location', 'http://object-store.invalid/ers-attachments/plain']]);
    case '307-loop':
      return emptyReply(307, [['Location', `${world.addresses.objectStoreUrl}/loop/1`]]);
    case '307-foreign-host':
      return emptyReply(307, [['Location', 'https://files.evil.example/ers-attachments/stolen']]);
    case 'gzip-bomb': {
      bomb ??= promisify(gzip)(Buffer.alloc(BOMB_BYTES));
      return { ...add('Content-Encoding', 'gzip'), body: await bomb };
    }
    case 'huge-headers':
      return {
        ...reply,
        headers: [
          ...reply.headers,
          ...Array.from({ length: 64 }, (_, i) => [`X-Padding-${i}`, 'p'.repeat(2048)] as const),
        ],
      };
    case 'token-malformed-json':
      return textReply(200, '{"access_token": "abc', [], 'application/json');
    case 'token-no-access-token':
      return rewriteToken(reply, ({ access_token: _omitted, ...rest }) => rest);
    case 'token-empty-access-token':
      return rewriteToken(reply, (token) => ({ ...token, access_token: '' }));
    case 'token-huge-access-token':
      return rewriteToken(reply, (token) => ({ ...token, access_token: 'a'.repeat(TEN_MEBIBYTES) }));
    case 'token-type-mac':
      return rewriteToken(reply, (token) => ({ ...token, token_type: 'mac' }));
    case 'hdr-crlf':
    case 'te-cl':
    case 'extra-bytes':
    case 'content-length-longer':
    case 'content-length-shorter':
    case 'chunked-no-end':
    case 'kms-wrong-key':
    case 'kms-truncated':
    case 'kms-wrong-algorithm':
    case 'kms-ignores-digest':
      return reply;
  }
}

function rewriteToken(reply: Reply, change: (token: Record<string, unknown>) => unknown): Reply {
  if (reply.status !== 200 || !Buffer.isBuffer(reply.body)) return reply;
  const token = JSON.parse(reply.body.toString('utf8')) as Record<string, unknown>;
  return { ...reply, body: Buffer.from(JSON.stringify(change(token))) };
}
