import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import { serveTarget } from '../wire/serve.js';
import { answerS3 } from '../s3/s3-listener.js';
import type { World } from '../world.js';
import { awsError, awsReply, KmsError } from './aws-reply.js';
import { KMS_ACTIONS, type KmsInput } from './kms-actions.js';

const TARGET_PREFIX = 'TrentService.';

/**
 * The endpoint of AWS: KMS speaks AWS JSON 1.1 and names its action in a header; every other request is for S3. Requests
 * must be signed, but the signatures are not verified.
 */
export function awsServer(world: World): Server {
  const serveKms = serveTarget(world, {
    target: 'kms',
    identify: (exchange) => {
      const action = requestHeader(exchange, 'x-amz-target')?.replace(TARGET_PREFIX, '');
      if (action !== undefined) exchange.notes.kmsAction = action;
      const keyId = inputOf(exchange)?.KeyId;
      if (keyId !== undefined) exchange.notes.keyId = keyId;
    },
    answer: (exchange) => answer(world, exchange),
  });
  const serveS3 = serveTarget(world, {
    target: 's3',
    identify: () => undefined,
    answer: (exchange) => answerS3(world, exchange),
  });
  return createServer({ insecureHTTPParser: false }, (request, response) => {
    (request.headers['x-amz-target'] === undefined ? serveS3 : serveKms)(request, response);
  });
}

async function answer(world: World, exchange: Exchange): Promise<Reply> {
  if (!requestHeader(exchange, 'authorization')?.startsWith('AWS4-HMAC-SHA256 ')) {
    return awsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const { kmsAction = '' } = exchange.notes;
  const action = Object.hasOwn(KMS_ACTIONS, kmsAction) ? KMS_ACTIONS[kmsAction] : undefined;
  if (action === undefined || exchange.method !== 'POST') return awsError('UnknownOperationException', '');
  const input = inputOf(exchange);
  if (input === undefined) return awsError('SerializationException', '');
  try {
    const value = await action(world, input, exchange);
    exchange.notes.kmsRequestId = randomUUID();
    return awsReply(value, exchange.notes.kmsRequestId);
  } catch (error) {
    if (error instanceof KmsError) return awsError(error.type, error.message);
    throw error;
  }
}

function inputOf(exchange: Exchange): KmsInput | undefined {
  if (exchange.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(exchange.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
