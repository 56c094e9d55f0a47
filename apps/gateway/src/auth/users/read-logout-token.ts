import type { IncomingMessage } from 'node:http';
import { readForm } from '../../listener/read-form.js';

/** A logout token has about 1 KiB. */
const MAX_BODY_BYTES = 20_000;

/** The logout token of a form that holds one; null for anything else. */
export async function readLogoutToken(request: IncomingMessage): Promise<string | null> {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return null;
  const tokens = (await readForm(request, MAX_BODY_BYTES))?.getAll('logout_token') ?? [];
  return tokens.length === 1 ? (tokens[0] ?? null) : null;
}
