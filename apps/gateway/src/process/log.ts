/**
 * Structured logs on standard output, one JSON line each. Errors are reduced to what can't hold a secret. The lines of one
 * turn of the event loop are written together, warnings and errors at once.
 */
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config/config.js';

/** What waits in memory while standard output takes nothing. Later lines are dropped. */
const MOST_WAITING_BYTES = 1_048_576;
const STANDARD_OUTPUT = 1;
/** Characters. What finds no room is dropped as a block. */
const LARGEST_BLOCK = 16_384;
/** From this level on a line is written at once: the process may not live until the end of the turn. */
const AT_ONCE = pino.levels.values['warn'] ?? 0;

let droppedLines = 0;
/** Lines of the log that this thread has dropped, because nobody took them. */
export const countDroppedLines = (): number => droppedLines;

/**
 * Where the log goes. A volume of logs that is full stops no request (fault F13): lines wait for room, and those that
 * find none are dropped and counted.
 */
export function openLogOutput(fd = STANDARD_OUTPUT): DestinationStream {
  const output = pino.destination({ dest: fd, sync: true, maxLength: MOST_WAITING_BYTES });
  output.on('drop', (block: string) => {
    droppedLines += block.split('\n').length - 1;
  });
  // Without a listener an error that is no broken pipe would stop the process. The line waits for the next one.
  output.on('error', () => undefined);
  const blocks = new LineBlocks(output);
  process.on('exit', () => {
    blocks.flush();
  });
  return blocks;
}

/** Writes the lines of one turn of the event loop as one block. */
class LineBlocks implements DestinationStream {
  /** Lets pino say, before each line, of which level it is. */
  readonly [pino.symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #output: DestinationStream;
  #block = '';

  constructor(output: DestinationStream) {
    this.#output = output;
  }

  write(line: string): void {
    if (this.#block === '') setImmediate(() => this.flush());
    this.#block += line;
    if (this.lastLevel >= AT_ONCE || this.#block.length >= LARGEST_BLOCK) this.flush();
  }

  flush(): void {
    if (this.#block === '') return;
    const block = this.#block;
    this.#block = '';
    this.#output.write(block);
  }
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
