import { ControlError } from './control-error.js';

export function objectBody<T>(body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ControlError(400, 'the body must be a JSON object');
  return body as T;
}

export function listBody<T>(body: unknown): T[] {
  if (!Array.isArray(body)) throw new ControlError(400, 'the body must be a JSON array');
  return body as T[];
}
