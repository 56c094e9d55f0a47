import { createServer, type Server } from 'node:https';
import { attachmentBody } from '../ers/records/attachment.js';
import { pathOnly, queryOf, requestHeader, type Exchange } from '../wire/exchange.js';
import { s3Error } from '../s3/s3-error.js';
import { emptyReply, type Reply } from '../wire/reply.js';
import { serveTarget } from '../wire/serve.js';
import type { World } from '../world.js';
import { checkLink, LINK_LIFE_S } from './signed-url.js';

/** The object store behind A042: https, signed links, S3's errors. */
export function objectStoreServer(world: World, tls: { key: string; cert: string }): Server {
  const serve = serveTarget(world, {
    target: 'object-store',
    identify: () => undefined,
    answer: (exchange) => answer(world, exchange),
  });
  return createServer({ ...tls, insecureHTTPParser: false }, serve);
}

function answer(world: World, exchange: Exchange): Reply {
  const path = pathOnly(exchange.path);
  const loop = /^\/loop\/([123])$/.exec(path)?.[1];
  if (loop !== undefined)
    return emptyReply(307, [
      ['Location', `${world.addresses.objectStoreUrl}/loop/${(Number(loop) % 3) + 1}`],
    ]);
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
    return s3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  if (requestHeader(exchange, 'authorization') !== undefined) {
    return s3Error(
      400,
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    );
  }
  const verdict = checkLink(path, queryOf(exchange.path), world.clock.nowMs());
  if (verdict === 'expired')
    return s3Error(
      403,
      'AccessDenied',
      'Request has expired',
      `<X-Amz-Expires>${LINK_LIFE_S}</X-Amz-Expires>`,
    );
  if (verdict === 'bad-signature')
    return s3Error(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  if (verdict === 'not-a-link') return s3Error(403, 'AccessDenied', 'Access Denied');
  const attachment = world.ers.attachments.get(verdict.attachmentId);
  if (attachment === undefined) return s3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  return {
    status: 200,
    headers: [
      ['Content-Type', attachment.contentType],
      ['Content-Disposition', `attachment; filename="${attachment.title}"`],
      ['Accept-Ranges', 'bytes'],
    ],
    body: attachmentBody(attachment),
  };
}
