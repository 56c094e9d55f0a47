import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The life of a link from A042, in seconds. */
export const LINK_LIFE_S = 60;

const PREFIX = '/ers-attachments/';
const secret = randomBytes(32);

/** A short-lived link to an attachment in the object store, with the query of an S3 presigned URL. */
export function signedUrl(objectStoreUrl: string, attachmentId: string, nowMs: number): string {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `SIMULATOR/${date.slice(0, 8)}/eu-west-2/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(LINK_LIFE_S),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': signature(attachmentId, date, String(LINK_LIFE_S)),
  });
  return `${objectStoreUrl}${PREFIX}${encodeURIComponent(attachmentId)}?${query.toString()}`;
}

export type LinkVerdict = { attachmentId: string } | 'expired' | 'bad-signature' | 'not-a-link';

/** Whether a link was signed here and has not expired. */
export function checkLink(path: string, query: URLSearchParams, nowMs: number): LinkVerdict {
  const date = query.get('X-Amz-Date') ?? '';
  const life = query.get('X-Amz-Expires') ?? '';
  const actual = Buffer.from(query.get('X-Amz-Signature') ?? '', 'hex');
  if (!path.startsWith(PREFIX) || !/^\d{8}T\d{6}Z$/.test(date)) return 'not-a-link';
  const attachmentId = decodeURIComponent(path.slice(PREFIX.length));
  const expected = Buffer.from(signature(attachmentId, date, life), 'hex');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return 'bad-signature';
  const issuedMs = Date.parse(
    date.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  return issuedMs + Number(life) * 1000 < nowMs ? 'expired' : { attachmentId };
}

function signature(attachmentId: string, date: string, life: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([attachmentId, date, life]))
    .digest('hex');
}
