import { Command, CommanderError } from 'commander';
import { assuranceCommands } from './commands/governance/assurance.js';
import { retentionCommands } from './commands/governance/retention.js';
import { asidPlanCommand } from './commands/asid-plan.js';
import { auditCommands } from './commands/audit.js';
import { bootstrapCommand } from './commands/bootstrap.js';
import { catalogueCommands } from './commands/catalogue/catalogue.js';
import { changeAllCommands } from './commands/change-all.js';
import { changeCommands } from './commands/changes.js';
import { cis2ClientCommands } from './commands/cis2-clients.js';
import { clientCommands } from './commands/clients.js';
import { completionCommand } from './completion/completion.js';
import { diagnosisCommands } from './commands/diagnosis.js';
import { environmentCommands } from './commands/governance/environments.js';
import { evidencePackCommand } from './commands/evidence/evidence-pack.js';
import { exceptionCommands } from './commands/governance/exceptions.js';
import { impactCommands } from './commands/governance/impact.js';
import { jobCommands } from './commands/running/jobs.js';
import { keyCommands } from './commands/keys/keys.js';
import { lintAssertionCommand } from './commands/apim/lint-assertion.js';
import { listCommands } from './commands/lists.js';
import { migrateCommand } from './commands/migrate.js';
import { noticeCommands } from './commands/running/notices.js';
import { odsCommands } from './commands/ods.js';
import { registryCommands } from './commands/registry.js';
import { replicaCommand } from './commands/running/replicas.js';
import { signatureCommands } from './commands/signatures/signatures.js';
import { sroCommands } from './commands/governance/sro.js';
import { tokenCommands } from './commands/tokens.js';
import { userSessionCommands } from './commands/user-sessions.js';
import { verifyCommand } from './commands/verify.js';
import { verifyPackCommand } from './commands/evidence/verify-pack.js';
import { type ExitCode, Failure } from './failure.js';
import { helpFormat } from './help.js';
import type { Context } from './options.js';
import type { Output } from './output.js';
import { readVersion } from './settings.js';

/** The commands in the groups and the order in which the help lists them. */
const GROUPS: readonly (readonly [
  heading: string,
  add: readonly ((program: Command, context: Context) => void)[],
])[] = [
  ['Setting up:', [migrateCommand, bootstrapCommand, tokenCommands]],
  [
    'The registry:',
    [
      registryCommands,
      listCommands,
      changeAllCommands,
      clientCommands,
      cis2ClientCommands,
      asidPlanCommand,
      odsCommands,
      changeCommands,
    ],
  ],
  ['Signing keys:', [keyCommands]],
  ['Finding out why:', [diagnosisCommands, lintAssertionCommand, impactCommands]],
  [
    'Governance:',
    [sroCommands, exceptionCommands, assuranceCommands, environmentCommands, retentionCommands],
  ],
  ['Users:', [userSessionCommands]],
  ['Running Gatehouse:', [replicaCommand, jobCommands, noticeCommands]],
  ['The NHS specification:', [catalogueCommands]],
  ['Audit:', [auditCommands, verifyCommand, signatureCommands, evidencePackCommand, verifyPackCommand]],
  ['Shell:', [completionCommand]],
];

/** The whole command tree. Nothing runs before it is parsed. */
export function buildProgram(context: Context): Command {
  const { output } = context;
  const program = new Command('gatehouse')
    .description('Gatehouse, the partner gateway for the NHS e-Referral Service.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp(helpFormat)
    .option('--json', 'print JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.out(text.trimEnd());
      },
      writeErr: (text) => {
        output.err(text);
      },
    })
    .showHelpAfterError('Use --help to see what the command takes.');
  for (const [heading, adders] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of adders) add(program, context);
  }
  program.commandsGroup('Help:').helpCommand('help [command]', 'Print the help of a command.');
  summarise(program);
  return program;
}

/** Runs one command line, given without "gatehouse", and returns the exit code. */
export async function run(
  args: readonly string[],
  context: Omit<Context, 'output' | 'setExitCode'> & { readonly output: Omit<Output, 'json'> },
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  // --json may be anywhere on the line.
  const output: Output = { ...context.output, json: args.includes('--json') };
  const setExitCode = (code: 0 | 1) => {
    exitCode = code;
  };
  try {
    const program = buildProgram({ ...context, output, setExitCode });
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

/** A list of commands shows the first sentence of each description. */
function summarise(program: Command): void {
  for (const command of program.commands) {
    command.summary(/^.*?\.(?= |$)/.exec(command.description())?.[0] ?? command.description());
    command.helpCommand(false);
    summarise(command);
  }
}
