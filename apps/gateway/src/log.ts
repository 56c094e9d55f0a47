/** Structured logs on standard output, one JSON line each. Errors are reduced to what can't hold a secret. */
import { pino } from 'pino';
import type { Config } from './config.js';

export type Log = ReturnType<typeof createLog>;

export function createLog(level: Config['logLevel']) {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  });
}

interface Described {
  readonly name: string;
  readonly code?: string;
  readonly at?: string;
  readonly cause?: Described;
}

/**
 * Name, code and place of an error, and the same of its causes. Never the message: database drivers and parsers
 * quote in it what they were given.
 */
export function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as { code?: unknown };
  const at = error.stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(at === undefined ? {} : { at }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
