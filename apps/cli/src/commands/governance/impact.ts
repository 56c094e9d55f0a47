/** What an event in the life of an organisation, its SRO or a signing key hits. */
import type { ImpactRequest } from '@gatehouse/contracts/impact/impact-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../../api.js';
import { type Context, defined, withReason } from '../../options.js';
import { fieldList, print, table, yaml } from '../../output.js';
import { Failure } from '../../failure.js';
import { impactPlanCommands, planText } from './impact-plans.js';

type Impact = AnswerOf<'impactShow'>;

const FIRST_DAY = ['--first-day <date>', 'first day without it, Europe/London: 2027-04-01'] as const;
const RETIREMENT = [
  '--retirement-file',
  'print the registry file that retires the organisation, for gatehouse apply',
] as const;

interface OrganisationOptions extends PlanOptions {
  readonly firstDay: string;
  readonly retirementFile?: true;
}

const PLAN = [
  '--request-plan',
  'request the whole plan, which a second person approves where an environment has four eyes',
] as const;

interface PlanOptions {
  readonly requestPlan?: true;
  readonly reason?: string;
}

export function impactCommands(program: Command, context: Context): void {
  const { settings, output } = context;
  const impact = program
    .command('impact')
    .description(
      'Show what an event hits, which calls would be refused, and the plan. Changes nothing, unless the plan is requested.',
    );
  impactPlanCommands(impact, context);
  const show = async (body: ImpactRequest, { requestPlan, reason }: PlanOptions, wantsFile = false) => {
    if (requestPlan) {
      const plan = await call(settings, 'impactPlanRequest', {
        body: { event: body, ...defined({ reason }) },
      });
      print(output, plan, planText);
      return;
    }
    const answer = await call(settings, 'impactShow', { body });
    if (!wantsFile) {
      print(output, answer, impactText);
      return;
    }
    if (answer.retirementFile === null)
      throw new Failure(
        'There is no retirement file: an application of the organisation is beyond your role. Ask a colleague whose role has no limit.',
      );
    print(output, answer.retirementFile, yaml);
  };

  withPlan(impact.command('organisation-closes'))
    .argument('<ods-code>', 'the organisation')
    .description('An organisation closes.')
    .requiredOption(...FIRST_DAY)
    .option(...RETIREMENT)
    .action(async (odsCode: string, { firstDay, retirementFile, ...plan }: OrganisationOptions) => {
      await show({ kind: 'organisation-closes', odsCode, firstDay }, plan, retirementFile);
    });
  for (const [kind, description] of [
    ['organisation-merges', 'An organisation becomes part of another.'],
    ['organisation-changes-code', 'An organisation gets a new ODS code.'],
  ] as const) {
    withPlan(impact.command(kind))
      .argument('<ods-code>', 'the organisation')
      .argument('<successor>', 'ODS code that takes its place')
      .description(description)
      .requiredOption(...FIRST_DAY)
      .option(...RETIREMENT)
      .action(async (odsCode: string, successor: string, options: OrganisationOptions) => {
        const { firstDay, retirementFile, ...plan } = options;
        await show({ kind, odsCode, successor, firstDay }, plan, retirementFile);
      });
  }
  withPlan(impact.command('sro-leaves'))
    .argument('<id>', 'the appointment, as gatehouse sro list shows it')
    .description('A senior responsible owner leaves.')
    .requiredOption(...FIRST_DAY)
    .action(async (appointmentId: string, { firstDay, ...plan }: OrganisationOptions) => {
      await show({ kind: 'sro-leaves', appointmentId, firstDay }, plan);
    });
  withPlan(impact.command('key-suspected'))
    .argument('<kid>', 'key id')
    .description('A signing key may be in the wrong hands.')
    .action(async (kid: string, plan: PlanOptions) => {
      await show({ kind: 'key-suspected', kid }, plan);
    });
}

const withPlan = (command: Command): Command => withReason(command.option(...PLAN));

function impactText(impact: Impact): string {
  const calls = impact.clients.flatMap(({ calls: each, ...client }) =>
    each.map((simulated) => ({ client, ...simulated })),
  );
  const goesOn = (code: string | null | undefined) => code ?? 'goes on';
  return [
    fieldList({
      'Counts from': impact.effectiveAt,
      Organisations: impact.organisations.map(({ odsCode, name }) => `${name} (${odsCode})`),
      Environments: impact.environments,
      'Signed-in users': impact.userSessions,
      'Requests refused': `${impact.requestsRefused} of the last seven days`,
      SROs: impact.sroAppointments.map(({ id, state }) => `${id} (${state})`),
      'CIS2 clients': impact.cis2Clients.map(({ environment, product }) => `${environment}/${product}`),
      'Requested changes': impact.pendingChanges.map(({ id }) => id),
      'Not shown': `${impact.notShown.applications} applications, ${impact.notShown.clients} clients, ${impact.moreGrants} grants`,
    }),
    table(
      impact.applications,
      [
        [
          'Application',
          ({ environment, product, accessMode, capability }) =>
            [environment, product, accessMode, capability].filter((part) => part !== null).join(' / '),
        ],
        ['State', ({ state }) => state],
        ['ASID', ({ asid }) => asid],
        ['Serves', ({ serves }) => serves],
        ['Requests', ({ requests }) => requests],
        ['Last', ({ lastRequestAt }) => lastRequestAt],
      ],
      'No application is hit.',
    ),
    table(
      calls,
      [
        ['Client', ({ client }) => `${client.environment}/${client.name}`],
        ['For', ({ client }) => client.organisation],
        ['Interaction', ({ interaction }) => interaction],
        ['Now', ({ before }) => goesOn(before)],
        ['Then', ({ after }) => goesOn(after)],
        ['For the successor', ({ successor }) => (successor === undefined ? null : goesOn(successor))],
        ['Requests', ({ requests }) => requests],
      ],
      'No client may call for it.',
    ),
    table(impact.plan, [
      ['Step', ({ order }) => order],
      ['State', ({ state }) => state],
      ['Who', ({ whoActs }) => whoActs],
      ['What', ({ title }) => title],
      ['Waits for', ({ waitsFor }) => waitsFor],
      ['Command', ({ command }) => command],
    ]),
    ['Gatehouse can’t know:', ...impact.notKnown.map((what) => `- ${what}`)].join('\n'),
  ].join('\n\n');
}
