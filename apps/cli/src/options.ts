/** What every command receives, and the options that several commands share. */
import { accessMode, capability } from '@gatehouse/contracts/registry/identifiers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Output } from './output.js';
import type { Settings } from './settings.js';

export interface Context {
  readonly settings: Settings;
  readonly output: Output;
  /** Asks for a value that must not appear on the command line; without a terminal it comes from standard input. */
  readonly ask: (question: string) => Promise<string>;
  /** For a command that worked but found something wrong. */
  readonly setExitCode: (code: 0 | 1) => void;
}

/** Values that the help lists, completion offers and the command line is checked against. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

export const ENVIRONMENT = ['--environment <name>', 'environment: int, prod, …'] as const;
export const REASON_IN_TRAIL = ['--reason <text>', 'why; recorded in the audit trail'] as const;
export const ORGANISATION = ['--organisation <ods-code>', 'ODS code of the organisation'] as const;

/** Adds the options that name an application. */
export function withApplication(command: Command): Command {
  return command
    .option('--application <id>', 'id of the application, instead of the other options')
    .option(...ENVIRONMENT)
    .option(...ORGANISATION)
    .option('--product <name>', 'product')
    .addOption(choice('--access-mode <mode>', 'access mode', accessMode.options))
    .addOption(choice('--capability <capability>', 'capability', capability.options));
}

export interface ApplicationOptions {
  readonly application?: string;
  readonly environment?: string;
  readonly organisation?: string;
  readonly product?: string;
  readonly accessMode?: 'application-restricted' | 'user-restricted';
  readonly capability?: 'referrer' | 'provider';
}

export function applicationOf(options: ApplicationOptions): ApplicationOptions {
  const { application, environment, organisation, product, accessMode, capability } = options;
  return defined({ application, environment, organisation, product, accessMode, capability });
}

export function withReason(command: Command): Command {
  return command.option('--reason <text>', 'why; recorded with the change');
}

/** The fields that have a value. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Reads a whole number within these limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

export function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
