import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import type { Command } from 'commander';
import { call } from '../api.js';
import { type Choice, choiceOf, choosing, type Context } from '../command.js';
import { Failure } from '../failure.js';
import { show, yaml } from '../output.js';

/** Commands that answer a question: what is missing, and how would this be decided. */
export function answerCommands(program: Command, context: Context): void {
  const { settings, output } = context;

  choosing(program.command('doctor'))
    .description('what is missing before an application can be used, in order, and who must act')
    .action(async (options: Choice) => {
      const report = await call(settings, 'doctor', { query: choiceOf(options) });
      show(output, report, doctorText);
      if (!report.ready) context.setExitCode(1);
    });

  program
    .command('explain <method> <path>')
    .description('how a request of a client would be decided, step by step; nothing is called')
    .requiredOption('--client <name>', 'the client')
    .requiredOption('--environment <name>', 'int, prod, …')
    .option('--header <name:value>', 'a header it would send; may be repeated', collect, {})
    .action(
      async (
        method: string,
        path: string,
        options: { client: string; environment: string; header: Record<string, string> },
      ) => {
        const { client, environment, header } = options;
        const body = { client, environment, method: method.toUpperCase() as 'GET', path, headers: header };
        show(output, await call(settings, 'explain', { body }), explanationText);
      },
    );
}

function collect(text: string, soFar: Record<string, string>): Record<string, string> {
  const at = text.indexOf(':');
  if (at < 1) throw new Failure(`A header is written name:value, not ${text}.`, 2);
  return { ...soFar, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function doctorText({ application, name, ready, steps }: DoctorReport): string {
  const lines = [name, `(${application})`, ''];
  const next = steps.findIndex(({ done }) => !done);
  steps.forEach((step, at) => {
    lines.push(`${step.done ? '[x]' : '[ ]'} ${at + 1}. ${step.title}${at === next ? '   <-- next' : ''}`);
    if (step.done) return;
    lines.push(`       who acts:   ${step.whoActs}`, `       what to do: ${step.whatToDo}`);
    for (const { name: key, value } of step.values) lines.push(`         ${key} = ${value}`);
  });
  lines.push('', ready ? 'Ready: nothing is missing.' : 'Not ready yet.');
  return lines.join('\n');
}

function explanationText(answer: Readonly<Record<string, unknown>>): string {
  const { steps, ...rest } = answer;
  const told = Array.isArray(steps)
    ? (steps as { step: string; ok: boolean }[]).map(({ step, ok }) => `${ok ? '[x]' : '[ ]'} ${step}`)
    : [];
  return [...told, yaml(rest)].join('\n');
}
