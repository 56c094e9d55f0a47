import {
  applicationStateAtOnce,
  type ApplicationStateAtOnce,
  MOST_AT_ONCE,
  organisationStateAtOnce,
  type OrganisationStateAtOnce,
} from '@gatehouse/contracts/registry/at-once-routes';
import { applicationFilter, organisationFilter } from '@gatehouse/contracts/registry/registry-resources';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../api.js';
import { choice, type Context, defined, ENVIRONMENT, ORGANISATION, wholeNumber } from '../options.js';
import { Failure } from '../failure.js';
import { count as counted, print } from '../output.js';
import { HEALTH } from './lists.js';

interface Confirmation<S> {
  readonly to: S;
  readonly count?: number;
  readonly reason?: string;
}
type ApplicationFilter = RequestOf<'applicationsAtOnceChange'>['body']['filter'];
type OrganisationFilter = RequestOf<'organisationsAtOnceChange'>['body']['filter'];

/** One change of everything that a filter finds. Without `--count` it is only previewed. */
export function changeAllCommands(program: Command, { settings, output }: Context): void {
  const changeAll = program
    .command('change-all')
    .description('Suspend or put in service everything that a filter finds, as one change.');

  withConfirmation(
    changeAll
      .command('applications')
      .description(
        `Suspend or put in service every application that a filter finds, as one change. Without --count, nothing is changed and the answer says how many there are. At most ${MOST} at once.`,
      )
      .addOption(
        choice('--to <state>', 'what they become', applicationStateAtOnce.options).makeOptionMandatory(),
      )
      .option(...ENVIRONMENT)
      .option(...ORGANISATION)
      .option('--product <name>', 'product')
      .addOption(
        choice('--state <state>', 'state of the application', applicationFilter.shape.state.unwrap().options),
      )
      .option('--asid <asid>', 'ASID, 12 digits')
      .addOption(HEALTH),
  ).action(
    async ({ to, count, reason, ...filter }: Confirmation<ApplicationStateAtOnce> & ApplicationFilter) => {
      if (count === undefined) {
        const preview = await call(settings, 'applicationsAtOncePreview', { query: { to, ...filter } });
        print(output, preview, (found) => previewText(found, 'application', to));
      } else {
        const body = { to, filter: defined(filter), count, reason: given(reason) };
        const answer = await call(settings, 'applicationsAtOnceChange', { body });
        print(output, answer, ({ changed }) => doneText(changed, 'application', to));
      }
    },
  );

  withConfirmation(
    changeAll
      .command('organisations')
      .description(
        `Suspend or put in service every organisation that a filter finds, as one change. Without --count, nothing is changed and the answer says how many there are. At most ${MOST} at once.`,
      )
      .addOption(
        choice('--to <state>', 'what they become', organisationStateAtOnce.options).makeOptionMandatory(),
      )
      .addOption(
        choice(
          '--state <state>',
          'state of the organisation',
          organisationFilter.shape.state.unwrap().options,
        ),
      )
      .addOption(HEALTH),
  ).action(
    async ({ to, count, reason, ...filter }: Confirmation<OrganisationStateAtOnce> & OrganisationFilter) => {
      if (count === undefined) {
        const preview = await call(settings, 'organisationsAtOncePreview', { query: { to, ...filter } });
        print(output, preview, (found) => previewText(found, 'organisation', to));
      } else {
        const body = { to, filter: defined(filter), count, reason: given(reason) };
        const answer = await call(settings, 'organisationsAtOnceChange', { body });
        print(output, answer, ({ changed }) => doneText(changed, 'organisation', to));
      }
    },
  );
}

const MOST = MOST_AT_ONCE.toLocaleString('en-GB');

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

function previewText(
  {
    total,
    isMore,
    atStake,
    ...where
  }: AnswerOf<'organisationsAtOncePreview'> | AnswerOf<'applicationsAtOncePreview'>,
  one: string,
  to: string,
): string {
  const becomes = to === SUSPENDED ? 'suspended' : 'put in service';
  if (isMore)
    return `More than ${MOST} ${one}s can be ${becomes}, which is the most at once. Narrow the filter.`;
  if (total === 0) return `No ${one} of this filter can be ${becomes}.`;
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
