import type { IncomingMessage } from 'node:http';

/** A logout token has about 1 KiB. */
const MAX_BODY_BYTES = 20_000;

/** The logout token of a form that holds one; null for anything else. */
export async function readLogoutToken(request: IncomingMessage): Promise<string | null> {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  const tokens = new URLSearchParams(Buffer.concat(chunks).toString('utf8')).getAll('logout_token');
  return tokens.length === 1 ? (tokens[0] ?? null) : null;
}
