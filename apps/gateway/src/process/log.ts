/** Structured logs on standard output, one JSON line each. Errors are reduced to what can't hold a secret. */
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config/config.js';

/** What waits in memory while standard output takes nothing. Later lines are dropped. */
const MOST_WAITING_BYTES = 1_048_576;
const STANDARD_OUTPUT = 1;

let droppedLines = 0;
/** Lines of the log that this thread has dropped, because nobody took them. */
export const countDroppedLines = (): number => droppedLines;

/**
 * Where the log goes. A volume of logs that is full stops no request (fault F13): lines wait for room, and those that
 * find none are dropped and counted.
 */
export function openLogOutput(fd = STANDARD_OUTPUT): DestinationStream {
  const output = pino.destination({ dest: fd, sync: true, maxLength: MOST_WAITING_BYTES });
  output.on('drop', () => {
    droppedLines += 1;
  });
  // Without a listener an error that is no broken pipe would stop the process. The line waits for the next one.
  output.on('error', () => undefined);
  return output;
}

export type Log = ReturnType<typeof createLog>;

export function createLog(level: Config['logLevel'], destination = openLogOutput()) {
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
  const checked: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    checked[name] = typeof value === 'string' ? withoutNhsNumbers(value) : value;
  }
  return checked;
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
