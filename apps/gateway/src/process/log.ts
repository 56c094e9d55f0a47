/** Structured logs on standard output, one JSON line each. Errors are reduced to what can't hold a secret. */
import { pino } from 'pino';
import type { Config } from '../config/config.js';

export type Log = ReturnType<typeof createLog>;

export function createLog(level: Config['logLevel']) {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: {
      // Where there is no text of ours, pino would take the error's message for it.
      logMethod(args, method) {
        const [first, ...rest] = args as [unknown, ...unknown[]];
        const isError = first instanceof Error || (first as { err?: unknown } | null)?.err instanceof Error;
        method.apply(this, isError && rest.length === 0 ? [first as object, ''] : args);
      },
    },
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
  const at = placeOf(error);
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(at === undefined ? {} : { at }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** The first frame of the stack. What stands before the frames is the message, whose lines may look like one. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const start = stack.indexOf(message);
  if (start < 0) return undefined;
  const frames = stack.slice(start + message.length).split('\n');
  return frames.find((line) => line.startsWith('    at '))?.trim();
}
