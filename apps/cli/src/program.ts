import { Command, CommanderError } from 'commander';
import type { Context } from './command.js';
import { answerCommands } from './commands/answers.js';
import { auditCommands } from './commands/audit.js';
import { bootstrapCommand } from './commands/bootstrap.js';
import { changeCommands } from './commands/changes.js';
import { clientCommands } from './commands/clients.js';
import { governanceCommands } from './commands/governance.js';
import { keyCommands } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { plannerCommands } from './commands/planner.js';
import { registryCommands } from './commands/registry.js';
import { tokenCommands } from './commands/tokens.js';
import { verifyCommand } from './commands/verify.js';
import { type ExitCode, Failure } from './failure.js';
import type { Output } from './output.js';

/** Runs one command line (without the two words before it) and answers the exit code. */
export async function run(
  args: readonly string[],
  context: Omit<Context, 'output' | 'setExitCode'> & { readonly output: Omit<Output, 'json'> },
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Command('gatehouse');
  // --json may stand anywhere on the line, as people expect.
  const json = args.includes('--json');
  const output: Output = { ...context.output, json };
  program
    .description('Gatehouse, the partner gateway for the NHS e-Referral Service')
    .option('--json', 'answer with JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.out(text.trimEnd());
      },
      writeErr: (text) => {
        output.err(text);
      },
    })
    .showHelpAfterError('("--help" shows what it takes)');
  const all: Context = {
    ...context,
    output,
    setExitCode: (code) => {
      exitCode = code;
    },
  };
  migrateCommand(program, all);
  bootstrapCommand(program, all);
  registryCommands(program, all);
  clientCommands(program, all);
  governanceCommands(program, all);
  changeCommands(program, all);
  keyCommands(program, all);
  answerCommands(program, all);
  plannerCommands(program, all);
  auditCommands(program, all);
  verifyCommand(program, all);
  tokenCommands(program, all);
  inherit(program, program);
  try {
    await program.parseAsync(
      args.filter((arg) => arg !== '--json'),
      { from: 'user' },
    );
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    output.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

/** Subcommands made by `.command()` copy settings of their parent only at that moment; this catches up. */
function inherit(command: Command, from: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(from);
    inherit(child, from);
  }
}
