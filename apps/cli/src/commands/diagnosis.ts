import {
  type AskedReport,
  type DoctorReport,
  type ExplanationView,
  explainRequest,
} from '@gatehouse/contracts/operation/operation-resources';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { call } from '../api.js';
import {
  type ApplicationOptions,
  applicationOf,
  type Context,
  ENVIRONMENT,
  withApplication,
} from '../options.js';
import { print, yaml } from '../output.js';

interface ExplainOptions {
  readonly client: string;
  readonly environment: string;
  readonly header: Record<string, string>;
  readonly session?: string;
  readonly userRole?: string[];
  readonly userLevel: '2' | '3';
  readonly product?: string;
}
type Method = (typeof explainRequest.shape.method.options)[number];

/** What an application still needs, and why a request is allowed or rejected. */
export function diagnosisCommands(program: Command, context: Context): void {
  const { settings, output } = context;

  withApplication(program.command('doctor'))
    .description(
      'List what an application still needs, in order, with who must act. The exit code is 1 while anything is missing.',
    )
    .option(
      '--live',
      'ask NHS England first: one new token and one read of reference data, recorded with your name',
    )
    .action(async ({ live, ...options }: ApplicationOptions & { live?: true }) => {
      const application = applicationOf(options);
      if (live === true) {
        const report = await call(settings, 'doctorAsk', { body: application });
        print(output, report, () => doctorText(report, report.asked));
        if (!report.ready || report.asked.refusal !== null) context.setExitCode(1);
        return;
      }
      const report = await call(settings, 'doctor', { query: application });
      print(output, report, () => doctorText(report, null));
      if (!report.ready) context.setExitCode(1);
    });

  program
    .command('explain')
    .argument('<method>', 'HTTP method', upperCaseMethod)
    .argument('<path>', 'path of the request, from /FHIR/ on')
    .description('Show step by step how a client’s request would be decided. Nothing is sent to e-RS.')
    .requiredOption('--client <name>', 'client that would send it')
    .requiredOption(...ENVIRONMENT)
    .option('--header <name:value>', 'header that it would have; may be repeated', addHeader, {})
    .option('--session <id>', 'user session in which it would be made; its id, never its handle')
    .option(
      '--user-role <ods:function...>',
      'in place of a session, what the user would be: R69:REFERRING_CLINICIAN',
    )
    .addOption(
      new Option('--user-level <level>', 'level of authentication assurance of that user')
        .choices(['2', '3'])
        .default('3'),
    )
    .option('--product <product>', 'product for which that user signed in')
    .action(async (method: Method, path: string, options: ExplainOptions) => {
      const { header: headers, client, environment, session } = options;
      const body = { client, environment, session, method, path, headers, user: userOf(options) };
      print(output, await call(settings, 'explain', { body }), explanationText);
    });
}

function userOf({ userRole: roles, userLevel, product = '' }: ExplainOptions) {
  if (roles === undefined) return undefined;
  return { product, authenticationLevel: userLevel === '2' ? 2 : 3, roles } as const;
}

function upperCaseMethod(text: string): Method {
  const method = explainRequest.shape.method.options.find((each) => each === text.toUpperCase());
  if (method === undefined)
    throw new InvalidArgumentError(`It must be one of ${explainRequest.shape.method.options.join(', ')}.`);
  return method;
}

function addHeader(text: string, headers: Record<string, string>): Record<string, string> {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError('It must be written name:value.');
  return { ...headers, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() };
}

function doctorText(
  { application, name, ready, steps, lookAlikes, nhs, probe }: DoctorReport,
  asked: AskedReport['asked'] | null,
): string {
  const lines = [name, `(${application})`, ''];
  const next = steps.findIndex(({ done }) => !done);
  steps.forEach((step, at) => {
    lines.push(`${step.done ? '[x]' : '[ ]'} ${at + 1}. ${step.title}${at === next ? '   <-- next' : ''}`);
    if (step.done) return;
    lines.push(`       who acts:   ${step.whoActs}`, `       what to do: ${step.whatToDo}`);
    for (const { name: key, value } of step.values) lines.push(`         ${key} = ${value}`);
  });
  for (const { kind, name: mine, other } of lookAlikes)
    lines.push('', `The ${kind} ${mine} can be taken for ${other}: rename or retire one of them.`);
  if (asked !== null) lines.push('', ...askedLines(asked));
  lines.push('', ...nhsLines(nhs), ...probeLines(probe), '', summary(ready, nhs, probe));
  return lines.join('\n');
}

function askedLines({ refusal, isRead }: AskedReport['asked']): string[] {
  if (refusal === null)
    return isRead
      ? ['NHS England was asked: it issued a token, and e-RS answered.']
      : ['NHS England was asked: it knows the key of the application. No read was sent.'];
  return [
    `NHS England was asked, without success: ${refusal.text} (${refusal.code})`,
    `       who acts:   ${refusal.whoActs}`,
    `       what to do: ${refusal.whatToDo}`,
  ];
}

function summary(ready: boolean, { token, read }: DoctorReport['nhs'], probe: DoctorReport['probe']): string {
  const fault = probe?.finding?.code;
  if (!ready)
    return fault === undefined ? 'Not ready yet.' : `Not ready: the last probe found a fault (${fault}).`;
  if (read !== null && !read.changedSince) return 'Ready: nothing is missing.';
  const what = token === null && read === null ? 'has not been asked' : 'has not been asked since';
  return `Everything is entered here. NHS England ${what} about it: run this command with --live.`;
}

function nhsLines({ token, read }: DoctorReport['nhs']): string[] {
  const lines = ['What NHS England last said:'];
  if (token === null && read === null) lines.push('  nothing: it has not been asked');
  if (token !== null) {
    const { refusal } = token;
    lines.push(`  ${token.at}  ${refusal === null ? 'issued an access token' : 'refused an access token'}`);
    if (refusal !== null) {
      lines.push(`       reason:     ${refusal.whatIsWrong} (${refusal.code})`);
      lines.push(`       who acts:   ${refusal.whoActs}`, `       what to do: ${refusal.whatToDo}`);
      if (refusal.messageId !== null) lines.push(`       message id: ${refusal.messageId}`);
    }
    if (token.changedSince) lines.push(CHANGED_SINCE);
  }
  if (read !== null) {
    lines.push(`  ${read.at}  answered ${read.interaction} with ${read.status}  (attempt ${read.attemptId})`);
    if (read.diagnosis !== null) {
      lines.push(`       reason:     ${read.diagnosis.whatIsWrong} (${read.diagnosis.code})`);
      lines.push(`       who acts:   ${read.diagnosis.whoActs}`);
    }
    if (read.changedSince) lines.push(CHANGED_SINCE);
  }
  return lines;
}

function probeLines(probe: DoctorReport['probe']): string[] {
  if (probe === null) return [];
  const { at, by, asked, limits, finding } = probe;
  const lines = [
    `The last probe, ${at}, by ${by}: ${asked.length === 0 ? 'nothing was asked' : asked.join(', ')}`,
  ];
  if (finding === null) lines.push('  nothing is wrong');
  else {
    const { code, whatIsWrong, whoActs, whatToDo, since, values } = finding;
    lines.push(`  since ${since}: ${whatIsWrong} (${code})`);
    lines.push(`       who acts:   ${whoActs}`, `       what to do: ${whatToDo}`);
    for (const { name, value } of values) lines.push(`         ${name} = ${value}`);
  }
  return [...lines, ...limits.map((limit) => `  ${limit}`)];
}

const CHANGED_SINCE = '       The application has changed since then.';

function explanationText({ steps, ...decision }: ExplanationView): string {
  const stepLines = steps.map(({ step, ok }) => `${ok ? '[x]' : '[ ]'} ${step}`);
  return [...stepLines, yaml(decision)].join('\n');
}
