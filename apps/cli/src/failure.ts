/** 0: done. 1: refused, or something is wrong with what was given. 2: the command line itself is wrong. 3: asked for, and
 *  waiting for a second person. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Ends the command with a text that says what to mend. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
