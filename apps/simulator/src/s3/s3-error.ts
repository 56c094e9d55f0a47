import { randomBytes } from 'node:crypto';
import { textReply, type Reply } from '../wire/reply.js';

/** An error as S3 writes it. */
export function s3Error(status: number, code: string, message: string, more = ''): Reply {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>${requestId}</RequestId><HostId>simulator</HostId></Error>`;
  return textReply(status, xml, [], 'application/xml');
}
