import { createHash } from 'node:crypto';

/** SHA-256 in hex of a key, token, cookie or link, which has 256 random bits: a slow hash would buy nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
