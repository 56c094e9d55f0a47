import { randomUUID } from 'node:crypto';
import { jsonReply, type Reply } from '../wire/reply.js';

const MEDIA_TYPE = 'application/x-amz-json-1.1';

/** Errors of KMS whose status is not 400. */
const STATUS_OF: Readonly<Record<string, number>> = {
  KMSInternalException: 500,
  DependencyTimeoutException: 503,
};

/** An error that KMS returns, thrown by its actions. */
export class KmsError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function awsReply(value: unknown, requestId: string): Reply {
  return jsonReply(200, value, [['x-amzn-RequestId', requestId]], MEDIA_TYPE);
}

/** An AWS JSON 1.1 error: `{"__type", "message"}`. */
export function awsError(type: string, message: string): Reply {
  return jsonReply(
    STATUS_OF[type] ?? 400,
    { __type: type, message },
    [['x-amzn-RequestId', randomUUID()]],
    MEDIA_TYPE,
  );
}
