/**
 * 0: done. 1: rejected, or something is wrong or missing. 2: the command line or a setting is wrong.
 * 3: the change was requested and waits for a second person.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** Ends the command. The message says what to correct, for the person who typed it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
