/** The plan for an organisation that closes, merges or changes its ODS code. */
import { isInForce } from '../governance/sro.js';
import type { Application, Organisation, Snapshot } from '../registry/registry.js';
import type { EnvironmentKind } from '../registry/records/vocabulary.js';
import type { AffectedGrant } from './simulate.js';
import type { Step } from './ordered-plan.js';

export interface OrganisationFacts {
  readonly snapshot: Snapshot;
  readonly organisation: Organisation;
  /** The ODS code that takes its place; null: none. */
  readonly successor: string | null;
  readonly grants: readonly AffectedGrant[];
  /** Requests for the old organisation in the last 24 hours. */
  readonly requestsOfLastDay: number;
  readonly nowMs: number;
  readonly environmentKind: (environment: string) => EnvironmentKind;
}

/** A draft serves nobody, and a retired application needs no successor. */
const inService = ({ state }: Application): boolean => state === 'live' || state === 'suspended';

export function organisationPlan(facts: OrganisationFacts): readonly Step[] {
  const { organisation, successor } = facts;
  const successorSteps = successor === null ? [] : stepsOfSuccessor(facts, successor);
  const before = successorSteps.map(({ id }) => id);
  return [...successorSteps, ...stepsOfOld(facts, organisation.odsCode, before)];
}

/** Everything of the successor is new: none of it can be taken over from the old organisation. */
function stepsOfSuccessor(facts: OrganisationFacts, odsCode: string): Step[] {
  const { snapshot, organisation, grants, nowMs, environmentKind } = facts;
  const successor = snapshot.organisations.get(odsCode);
  const old = organisation.bindings.map(({ application }) => application).filter(inService);
  const pairs = old.map((application) => ({ old: application, new: counterpart(successor, application) }));
  const named = pairs.filter((pair) => environmentKind(pair.old.environment) === 'authenticated');
  const unowned = named.filter(({ old: { accessMode } }) => accessMode === 'application-restricted');
  const hasOwner = (environment: string): boolean =>
    successor?.sroAppointments.some((sro) => isInForce(sro, environment, nowMs)) ?? false;
  const list = pairs.map((pair) => inWords(pair.old)).join('; ') || 'none';
  return [
    {
      id: 'successor',
      title: `Register ${odsCode}`,
      detail: 'The successor is a new organisation. An ODS code is never renamed.',
      whoActs: 'your team',
      after: [],
      isDone: successor?.state === 'active',
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: `/organisations`, command: 'gatehouse apply FILE' },
    },
    {
      id: 'nhs-applications',
      title: `Request new APIM applications and ASIDs for ${odsCode}`,
      detail: `An APIM application, its ASID and its key belong to one organisation, product, environment and access mode, so the old ones can’t be taken over. A user-restricted application that already serves several organisations can add ${odsCode} to its list. Needed: ${list}.`,
      whoActs: 'NHS England',
      after: ['successor'],
      isDone: named.every(
        (pair) => pair.new !== undefined && pair.new.asid !== null && pair.new.apiKey !== null,
      ),
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: '/asid-plan', command: `gatehouse plan --combinations --organisations ${odsCode}` },
    },
    {
      id: 'owner',
      title: `Appoint a senior responsible owner for ${odsCode}`,
      detail: 'Application-restricted access needs an owner of the new organisation who has accepted.',
      whoActs: 'the organisation',
      after: ['successor'],
      isDone: unowned.every((pair) => hasOwner(pair.old.environment)),
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: '/sro-appointments', command: 'gatehouse sro appoint' },
    },
    {
      id: 'keys',
      title: `Publish and activate the signing keys of ${odsCode}`,
      detail:
        'Each new application has its own key and JWKS URL. NHS England is given the URL before the application can go live.',
      whoActs: 'your team',
      after: ['successor'],
      isDone: named.every((pair) => pair.new?.signingKeys.some(({ state }) => state === 'ACTIVE') ?? false),
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: '/signing-keys', command: 'gatehouse keys create' },
    },
    {
      id: 'applications',
      title: `Let the applications of ${odsCode} go live`,
      detail: 'Each needs at least the message sets of the application that it replaces.',
      whoActs: 'your team',
      after: ['nhs-applications', 'owner', 'keys'],
      isDone: pairs.every((pair) => pair.new?.state === 'live' && covers(pair.new, pair.old)),
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: '/applications', command: 'gatehouse apply FILE' },
    },
    {
      id: 'grants',
      title: `Grant the clients access to ${odsCode}`,
      detail: 'A client keeps its old grants until its callers have moved.',
      whoActs: 'your team',
      after: ['successor'],
      isDone: grants.every(({ client, grant }) =>
        client.grants.some(
          (each) =>
            each.odsCode === odsCode &&
            each.product === grant.product &&
            each.accessMode === grant.accessMode &&
            each.capability === grant.capability,
        ),
      ),
      closedBy: successor === undefined ? 'registry' : 'plan',
      fromFirstDay: false,
      ...{ page: '/clients', command: 'gatehouse apply FILE' },
    },
  ];
}

function stepsOfOld(
  { organisation, grants, requestsOfLastDay, nowMs, ...facts }: OrganisationFacts,
  odsCode: string,
  before: readonly string[],
): Step[] {
  const { successor } = facts;
  const page = `/organisations/${odsCode}/show`;
  const applications = organisation.bindings.map(({ application }) => application);
  const appointments = organisation.sroAppointments.filter(
    ({ withdrawnAtMs }) => withdrawnAtMs === null || withdrawnAtMs > nowMs,
  );
  return [
    {
      id: 'callers',
      title: successor === null ? 'Let the callers stop' : `Let the callers name ${successor}`,
      detail: `Requests for ${odsCode} in the last 24 hours: ${requestsOfLastDay}. Users sign in or choose their role again: a session for ${odsCode} does not act for another organisation.`,
      whoActs: 'your team',
      after: before,
      isDone: requestsOfLastDay === 0,
      closedBy: 'person',
      fromFirstDay: false,
      ...{ page: '/audit', command: `gatehouse audit list --organisation ${odsCode}` },
    },
    {
      id: 'suspend',
      title: `Suspend ${odsCode}`,
      detail: 'Every call for it is refused from then on. It can be resumed until it is retired.',
      whoActs: 'your team',
      after: [...before, 'callers'],
      isDone: organisation.state !== 'active',
      closedBy: 'plan',
      fromFirstDay: true,
      ...{ page, command: 'gatehouse apply FILE' },
    },
    {
      id: 'retire',
      title: `Retire ${odsCode} and its applications`,
      detail:
        'The retirement file does all of it at once, or nothing. Where the environment has four eyes, a second person approves it first.',
      whoActs: 'your team',
      after: ['suspend'],
      isDone:
        organisation.state === 'retired' &&
        applications.every(
          ({ state, accessMode }) => state === 'retired' || accessMode === 'user-restricted',
        ),
      closedBy: 'plan',
      fromFirstDay: true,
      ...{
        page: `/impact?kind=organisation-closes&odsCode=${odsCode}`,
        command: 'gatehouse impact … --retirement-file > retire.yaml; gatehouse apply retire.yaml',
      },
    },
    {
      id: 'withdraw',
      title: `Withdraw the senior responsible owners of ${odsCode}`,
      detail: 'The appointments stay in history.',
      whoActs: 'your team',
      after: ['suspend'],
      isDone: appointments.length === 0,
      closedBy: 'plan',
      fromFirstDay: true,
      ...{ page: '/sro-appointments', command: 'gatehouse sro withdraw ID' },
    },
    {
      id: 'clean-grants',
      title: `Remove the grants for ${odsCode}`,
      detail:
        'A client with one grant left no longer needs to name its organisation. Clients without any grant can be retired.',
      whoActs: 'your team',
      after: ['retire'],
      isDone: grants.length === 0,
      closedBy: 'plan',
      fromFirstDay: true,
      ...{ page: '/clients', command: 'gatehouse apply FILE' },
    },
    {
      id: 'nhs-close',
      title: 'Have the old applications and ASIDs closed',
      detail: 'Quote the APIM application ids and the ASIDs of the old organisation.',
      whoActs: 'NHS England',
      after: ['retire'],
      isDone: null,
      closedBy: 'person',
      fromFirstDay: false,
      ...{ page: null, command: null },
    },
  ];
}

/** The application of the successor that does what the old one does. */
function counterpart(successor: Organisation | undefined, old: Application): Application | undefined {
  const candidates = (successor?.bindings ?? [])
    .map(({ application }) => application)
    .filter(
      (application) =>
        application.state !== 'retired' &&
        application.environment === old.environment &&
        application.product === old.product &&
        application.accessMode === old.accessMode &&
        application.capability === old.capability,
    );
  return candidates.find(({ state }) => state === 'live') ?? candidates[0];
}

function covers(successor: Application, old: Application): boolean {
  return [...old.interactions].every((interaction) => successor.interactions.has(interaction));
}

function inWords({ environment, product, accessMode, capability }: Application): string {
  return [environment, product, accessMode, capability].filter((part) => part !== null).join(' / ');
}
