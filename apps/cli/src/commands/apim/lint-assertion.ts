import { ASSERTION_FAULTS } from '@gatehouse/domain/apim/assertion-faults';
import {
  type AssertionReport,
  lintAssertion,
  type PublicKeyRecord,
} from '@gatehouse/domain/apim/lint-assertion';
import { HOW_TO_WRITE_A_MOMENT, readMoment } from '@gatehouse/domain/input/moment';
import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../../failure.js';
import { readTextFile } from '../../files.js';
import type { Context } from '../../options.js';
import { print } from '../../output.js';
import type { Settings } from '../../settings.js';
import { isSignedBy } from '../../verify/rs512.js';

interface LintOptions {
  readonly tokenUrl: string;
  readonly jwks?: string;
  readonly apiKeyEnv?: string;
  readonly at?: number;
}

export function lintAssertionCommand(program: Command, { settings, output, setExitCode }: Context): void {
  program
    .command('lint-assertion <file>')
    .description(
      'Say what the token endpoint of API Management would answer to a client assertion, without a call. The exit code is 1 if it would be refused.',
    )
    .requiredOption('--token-url <url>', 'token URL that is called')
    .option('--jwks <file>', 'JWKS of the application, as its JWKS URL serves it')
    .option('--api-key-env <name>', 'environment variable that holds the API key of the application')
    .option('--at <moment>', 'judge it as of this moment instead of now', moment)
    .action(async (file: string, options: LintOptions) => {
      const report = lintAssertion({
        compact: (await readTextFile(file)).trim(),
        tokenUrl: options.tokenUrl,
        apiKey: options.apiKeyEnv === undefined ? null : apiKeyIn(options.apiKeyEnv, settings),
        keys: options.jwks === undefined ? null : readKeys(options.jwks, await readTextFile(options.jwks)),
        nowMs: options.at ?? Date.now(),
        verify: isSignedBy,
      });
      print(output, withWords(report), reportText);
      if (report.faults.length > 0) setExitCode(1);
    });
}

function moment(text: string): number {
  const read = readMoment(text);
  if (read === null) throw new InvalidArgumentError(`To correct it, ${HOW_TO_WRITE_A_MOMENT}.`);
  return read.startMs;
}

function apiKeyIn(name: string, { variable }: Settings): string {
  const value = variable(name);
  if (value === undefined) throw new Failure(`The variable ${name} is not set.`, 2);
  return value;
}

/** @throws Failure if it is not a JWKS */
function readKeys(file: string, text: string): PublicKeyRecord[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(`${file} is not JSON.`, 2);
  }
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
  if (!Array.isArray(keys))
    throw new Failure(`${file} is not a JWKS: it must be an object with a list "keys".`, 2);
  return keys.filter((key): key is PublicKeyRecord => typeof key === 'object' && key !== null);
}

function withWords({ faults, ...report }: AssertionReport) {
  return {
    ok: faults.length === 0,
    faults: faults.map((code) => ({ code, ...ASSERTION_FAULTS[code] })),
    ...report,
  };
}

function reportText({ faults, warnings, notChecked }: ReturnType<typeof withWords>): string {
  const lines = faults.flatMap(({ status, error, description, whatToDo, place }, at) => [
    at === 0
      ? `API Management would answer ${status} ${error}: ${description}`
      : `Then it would answer ${status} ${error}: ${description}`,
    `       where: ${place}`,
    `       what to do: ${whatToDo}`,
  ]);
  if (faults.length === 0) lines.push('Nothing is wrong with this assertion.');
  lines.push(
    ...warnings.map((warning) => `Warning: ${warning}`),
    'Not checked, because only a call would show it:',
  );
  return [...lines, ...notChecked.map((what) => `  - ${what}`)].join('\n');
}
