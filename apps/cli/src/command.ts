/** What every command is given, and the options that several share. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Output } from './output.js';
import type { Settings } from './settings.js';

export interface Context {
  readonly settings: Settings;
  readonly output: Output;
  /** Asks for a value that must not stand on the command line; from standard input where there is no terminal. */
  readonly ask: (question: string) => Promise<string>;
  /** The command did its work and found something wanting. */
  readonly setExitCode: (code: 0 | 1) => void;
}

/** Adds the options that name an application. */
export function choosing(command: Command): Command {
  return command
    .option('--application <id>', 'the id of the application, instead of the rest')
    .option('--environment <name>', 'int, prod, …')
    .option('--organisation <ods>', 'ODS code')
    .option('--product <name>', 'product')
    .option('--access-mode <mode>', 'application-restricted or user-restricted')
    .option('--capability <capability>', 'referrer or provider');
}

export interface Choice {
  readonly application?: string;
  readonly environment?: string;
  readonly organisation?: string;
  readonly product?: string;
  readonly accessMode?: 'application-restricted' | 'user-restricted';
  readonly capability?: 'referrer' | 'provider';
}

export function choiceOf(options: Choice): Choice {
  const { application, environment, organisation, product, accessMode, capability } = options;
  return defined({ application, environment, organisation, product, accessMode, capability });
}

export function because(command: Command): Command {
  return command.option('--reason <text>', 'why; kept with the change');
}

/** Leaves out what was not given. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
