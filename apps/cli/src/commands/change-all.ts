import {
  applicationStateAtOnce,
  type ApplicationStateAtOnce,
  MOST_AT_ONCE,
  organisationStateAtOnce,
  type OrganisationStateAtOnce,
} from '@gatehouse/contracts/registry/at-once-routes';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../api.js';
import { choice, type Context, defined, wholeNumber } from '../options.js';
import { Failure } from '../failure.js';
import { count as counted, print } from '../output.js';
import { withApplicationFilter, withOrganisationFilter } from './lists.js';

interface Confirmation<S> {
  readonly to: S;
  readonly count?: number | undefined;
  readonly reason?: string | undefined;
}
type Preview = AnswerOf<'organisationsAtOncePreview'> | AnswerOf<'applicationsAtOncePreview'>;

interface Calls {
  readonly preview: () => Promise<Preview>;
  readonly change: (confirmed: { count: number; reason: string }) => Promise<{ readonly changed: number }>;
}

type ApplicationFilter = RequestOf<'applicationsAtOnceChange'>['body']['filter'];
type OrganisationFilter = RequestOf<'organisationsAtOnceChange'>['body']['filter'];

/** One change of everything that matches a filter. Without `--count` it is only previewed. */
export function changeAllCommands(program: Command, { settings, output }: Context): void {
  const changeAll = program
    .command('change-all')
    .description('Suspend or put in service everything that matches a filter, as one change.');

  async function run(
    one: string,
    { to, count, reason }: Confirmation<string>,
    { preview, change }: Calls,
  ): Promise<void> {
    if (count === undefined) print(output, await preview(), (found) => previewText(found, one, to));
    else {
      const answer = await change({ count, reason: given(reason) });
      print(output, answer, ({ changed }) => doneText(changed, one, to));
    }
  }

  withConfirmation(
    withApplicationFilter(commandFor(changeAll, 'application', applicationStateAtOnce.options)),
  ).action(({ to, count, reason, ...filter }: Confirmation<ApplicationStateAtOnce> & ApplicationFilter) =>
    run(
      'application',
      { to, count, reason },
      {
        preview: () => call(settings, 'applicationsAtOncePreview', { query: { to, ...filter } }),
        change: (confirmed) =>
          call(settings, 'applicationsAtOnceChange', {
            body: { to, filter: defined(filter), ...confirmed },
          }),
      },
    ),
  );

  withConfirmation(
    withOrganisationFilter(commandFor(changeAll, 'organisation', organisationStateAtOnce.options)),
  ).action(({ to, count, reason, ...filter }: Confirmation<OrganisationStateAtOnce> & OrganisationFilter) =>
    run(
      'organisation',
      { to, count, reason },
      {
        preview: () => call(settings, 'organisationsAtOncePreview', { query: { to, ...filter } }),
        change: (confirmed) =>
          call(settings, 'organisationsAtOnceChange', {
            body: { to, filter: defined(filter), ...confirmed },
          }),
      },
    ),
  );
}

const MOST = MOST_AT_ONCE.toLocaleString('en-GB');

/** `change-all applications`, without its filters and its confirmation. */
function commandFor(changeAll: Command, one: string, states: readonly string[]): Command {
  return changeAll
    .command(`${one}s`)
    .description(
      `Suspend or put in service every ${one} that matches a filter, as one change. Without --count, nothing is changed and the answer says how many there are. At most ${MOST} at once.`,
    )
    .addOption(choice('--to <state>', 'what they become', states).makeOptionMandatory());
}

function withConfirmation(command: Command): Command {
  return command
    .option(
      '--count <number>',
      'how many were previewed; if the filter finds another number, nothing is changed',
      wholeNumber(1, MOST_AT_ONCE),
    )
    .option('--reason <text>', 'why; needed with --count, and recorded with the change');
}

function given(reason: string | undefined): string {
  if (reason === undefined) throw new Failure('Say why, with --reason.', 2);
  return reason;
}

const SUSPENDED = 'suspended';

function previewText({ total, isMore, atStake, ...where }: Preview, one: string, to: string): string {
  const becomes = to === SUSPENDED ? 'suspended' : 'put in service';
  if (isMore)
    return `More than ${MOST} ${one}s can be ${becomes}, which is the most at once. Narrow the filter.`;
  if (total === 0) return `No ${one} that matches this filter can be ${becomes}.`;
  const places = 'environments' in where ? `, in ${where.environments.join(', ')}` : '';
  return [
    `${counted(total, one)} would be ${becomes}${places}.`,
    ...(atStake === null
      ? []
      : [
          `${atStake.isWhole ? '' : 'At least '}${counted(atStake.requests, 'request')} of the last 7 days would have been rejected.`,
        ]),
    `To do it, repeat the command with --count ${total} and --reason.`,
  ].join('\n');
}

const doneText = (changed: number, one: string, to: string): string =>
  `${counted(changed, one)} ${to === SUSPENDED ? 'suspended' : 'put in service'}.`;
