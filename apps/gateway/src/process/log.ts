/** Structured logs on standard output, one JSON line each. Errors are reduced to what can't hold a secret. */
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config/config.js';

export type Log = ReturnType<typeof createLog>;

/** @param destination standard output by default */
export function createLog(level: Config['logLevel'], destination?: DestinationStream) {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutNumbers },
    serializers: { err: describeError },
    hooks: {
      // Where there is no text of ours, pino would take the error's message for it.
      logMethod(args, method) {
        const [first, ...rest] = args as [unknown, ...unknown[]];
        const isError = first instanceof Error || (first as { err?: unknown } | null)?.err instanceof Error;
        method.apply(this, isError && rest.length === 0 ? [first as object, ''] : args);
      },
    },
  };
  return pino(options, destination);
}

/** The one check that every field of a line passes, wherever its text came from. */
function withoutNumbers(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutNhsNumbers(value) : value,
    ]),
  );
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
