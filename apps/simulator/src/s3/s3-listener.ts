import { pathOnly, queryOf, requestHeader, type Exchange } from '../wire/exchange.js';
import { emptyReply, type HeaderList, type Reply, textReply } from '../wire/reply.js';
import type { World } from '../world.js';
import type { Bucket, Version } from './bucket.js';
import { s3Error } from './s3-error.js';

const MOST_KEYS = 1_000;

/**
 * The part of S3 that keeps evidence: versions, delete markers, conditional writes and object lock in compliance mode, with
 * addresses of the form /bucket/key. Requests must be signed, but the signatures are not verified.
 */
export function answerS3(world: World, exchange: Exchange): Reply {
  if (!requestHeader(exchange, 'authorization')?.startsWith('AWS4-HMAC-SHA256 '))
    return s3Error(403, 'AccessDenied', 'Access Denied');
  const [, bucketName = '', ...rest] = decodeURIComponent(pathOnly(exchange.path)).split('/');
  const bucket = world.buckets.get(bucketName);
  if (bucket === undefined) return s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
  const key = rest.join('/');
  if (key === '') {
    if (exchange.method !== 'GET') return notAllowed();
    const query = queryOf(exchange.path);
    return query.has('versions') ? listVersions(bucket, query) : listKeys(bucket, query);
  }
  switch (exchange.method) {
    case 'PUT':
      return put(bucket, key, exchange, world.clock.nowMs());
    case 'GET':
    case 'HEAD':
      return get(bucket, key, queryOf(exchange.path).get('versionId'));
    case 'DELETE':
      return remove(bucket, key, queryOf(exchange.path).get('versionId'), world.clock.nowMs());
    default:
      return notAllowed();
  }
}

function put(bucket: Bucket, key: string, exchange: Exchange, nowMs: number): Reply {
  const condition = requestHeader(exchange, 'if-none-match');
  if (condition !== undefined && condition !== '*')
    return s3Error(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    );
  if (condition === '*' && bucket.isThere(key)) {
    return s3Error(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      '<Condition>If-None-Match</Condition>',
    );
  }
  const hasChecksum = Object.keys(exchange.headers).some(
    (name) => name === 'content-md5' || /^x-amz-checksum-(?!type$)/.test(name),
  );
  if (!hasChecksum) {
    return s3Error(
      400,
      'InvalidRequest',
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    );
  }
  const version = bucket.put(key, exchange.body, nowMs);
  return emptyReply(200, [
    ['ETag', `"${version.id}"`],
    ['x-amz-version-id', version.id],
  ]);
}

function get(bucket: Bucket, key: string, versionId: string | null): Reply {
  const versions = bucket.versionsOf(key);
  const version = versionId === null ? versions[0] : versions.find(({ id }) => id === versionId);
  if (version === undefined) {
    return versionId === null
      ? s3Error(404, 'NoSuchKey', 'The specified key does not exist.')
      : s3Error(404, 'NoSuchVersion', 'The specified version does not exist.');
  }
  const headers: HeaderList = [['x-amz-version-id', version.id]];
  if (version.body === null) {
    const marked = [...headers, ['x-amz-delete-marker', 'true']] as const;
    return versionId === null
      ? { ...s3Error(404, 'NoSuchKey', 'The specified key does not exist.'), headers: marked }
      : emptyReply(405, marked);
  }
  const lock: HeaderList =
    version.retainUntilMs === null
      ? []
      : [
          ['x-amz-object-lock-mode', 'COMPLIANCE'],
          ['x-amz-object-lock-retain-until-date', new Date(version.retainUntilMs).toISOString()],
        ];
  return {
    status: 200,
    headers: [['Content-Type', 'binary/octet-stream'], ...headers, ...lock],
    body: version.body,
  };
}

function remove(bucket: Bucket, key: string, versionId: string | null, nowMs: number): Reply {
  if (versionId === null) {
    const marker = bucket.mark(key, nowMs);
    return emptyReply(204, [
      ['x-amz-version-id', marker.id],
      ['x-amz-delete-marker', 'true'],
    ]);
  }
  const version = bucket.versionsOf(key).find(({ id }) => id === versionId);
  if ((version?.retainUntilMs ?? 0) > nowMs)
    return s3Error(403, 'AccessDenied', 'Access Denied because object protected by object lock.');
  bucket.remove(key, versionId);
  return emptyReply(204, [['x-amz-version-id', versionId]]);
}

function listKeys(bucket: Bucket, query: URLSearchParams): Reply {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = bucket.keys(query.get('prefix') ?? '').filter((key) => key > after && bucket.isThere(key));
  const most = Number(query.get('max-keys') ?? MOST_KEYS);
  const page = keys.slice(0, most);
  const next =
    keys.length > most ? `<NextContinuationToken>${xml(page.at(-1) ?? '')}</NextContinuationToken>` : '';
  const contents = page
    .map((key) => `<Contents><Key>${xml(key)}</Key><Size>${sizeOf(bucket, key)}</Size></Contents>`)
    .join('');
  return xmlReply(
    'ListBucketResult',
    `<KeyCount>${page.length}</KeyCount><IsTruncated>${keys.length > most}</IsTruncated>${next}${contents}`,
  );
}

const sizeOf = (bucket: Bucket, key: string): number => bucket.versionsOf(key)[0]?.body?.length ?? 0;

function listVersions(bucket: Bucket, query: URLSearchParams): Reply {
  const after = query.get('key-marker') ?? '';
  const keys = bucket.keys(query.get('prefix') ?? '').filter((key) => key > after);
  const entries = keys.flatMap((key) =>
    bucket.versionsOf(key).map((version, at) => versionEntry(key, version, at === 0)),
  );
  return xmlReply('ListVersionsResult', `<IsTruncated>false</IsTruncated>${entries.join('')}`);
}

function versionEntry(key: string, version: Version, isLatest: boolean): string {
  const name = version.body === null ? 'DeleteMarker' : 'Version';
  return `<${name}><Key>${xml(key)}</Key><VersionId>${version.id}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>${new Date(version.modifiedMs).toISOString()}</LastModified></${name}>`;
}

function xmlReply(name: string, content: string): Reply {
  return textReply(
    200,
    `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
    [],
    'application/xml',
  );
}

function notAllowed(): Reply {
  return s3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
