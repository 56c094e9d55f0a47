import { Failure } from './failure.js';

const WITHOUT_TLS = 'it does not use TLS (http in place of https?)';
const IN_WORDS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: WITHOUT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: WITHOUT_TLS,
};

/** Why a connection failed, in one line. Where several addresses were tried, Node gives a code and no message. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  return IN_WORDS[code] ?? (message === '' || code.startsWith('ERR_SSL') ? code : message);
}

/**
 * The failure for an error of PostgreSQL or of the connection to it; any other error is returned as it is.
 * @param variable the setting that names the database
 */
export function databaseFailure(error: unknown, variable: string): unknown {
  if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) return error;
  const UNDEFINED_TABLE = '42P01';
  if (error.code === UNDEFINED_TABLE)
    return new Failure('The database has no Gatehouse tables yet. Run "gatehouse migrate" first.');
  return new Failure(`The database of ${variable} can't be used: ${causeOf(error)}. Check ${variable}.`);
}
