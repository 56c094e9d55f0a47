/** The steps from a new organisation to its first answered request, and how far each is, by what is recorded. */
import type { ChecklistStep } from '@gatehouse/contracts/operation/operation-resources';

export const STEP_TITLES = {
  organisation: 'Organisation',
  application: 'Application',
  'signing-key': 'Signing key',
  sro: 'Senior responsible owner',
  nhs: 'ASID and API key',
  users: 'Sign-in of users',
  client: 'Client',
  'first-request': 'First request',
} as const;
export type StepId = keyof typeof STEP_TITLES;
export const STEP_IDS = Object.keys(STEP_TITLES) as readonly StepId[];

/** Where each step of an application’s checklist is done. */
const DONE_IN: Readonly<Record<ChecklistStep, StepId>> = {
  organisation: 'organisation',
  'published-key': 'signing-key',
  'active-key': 'signing-key',
  sro: 'sro',
  'api-key': 'nhs',
  asid: 'nhs',
  'api-secret': 'nhs',
  'message-sets': 'nhs',
  live: 'nhs',
  'cis2-client': 'users',
  'cis2-key': 'users',
  grant: 'client',
  'client-key': 'client',
};

/** `waiting`: for somebody else. `later`: it can’t begin before the steps above it. */
export type StepState = 'done' | 'waiting' | 'to do' | 'later';
export interface Step {
  readonly id: StepId;
  readonly state: StepState;
}

export interface Progress {
  readonly hasOrganisation: boolean;
  /** Null: no application is chosen. */
  readonly checklist: readonly { readonly id: ChecklistStep; readonly done: boolean }[] | null;
  /** The steps that wait for somebody else. */
  readonly waiting: ReadonlySet<StepId>;
  /** The newest request was answered. */
  readonly isWorking: boolean;
}

/** Only users need to sign in, so that step is shown once an application has them. */
const BEFORE_AN_APPLICATION = STEP_IDS.filter((id) => id !== 'users');

export function stepsOf({ hasOrganisation, checklist, waiting, isWorking }: Progress): Step[] {
  if (checklist === null)
    return BEFORE_AN_APPLICATION.map((id) => ({ id, state: stateBefore(id, hasOrganisation) }));
  const partsOf = (id: StepId) => checklist.filter((part) => DONE_IN[part.id] === id);
  const stateOf = (id: StepId): StepState => {
    const isDone = id === 'first-request' ? isWorking : partsOf(id).every(({ done }) => done);
    if (isDone) return 'done';
    return waiting.has(id) ? 'waiting' : 'to do';
  };
  return STEP_IDS.filter(
    (id) => id === 'application' || id === 'first-request' || partsOf(id).length > 0,
  ).map((id) => ({ id, state: stateOf(id) }));
}

function stateBefore(id: StepId, hasOrganisation: boolean): StepState {
  if (id === 'organisation') return hasOrganisation ? 'done' : 'to do';
  return id === 'application' && hasOrganisation ? 'to do' : 'later';
}

/** What to do next: what waits for somebody else holds nothing up. */
export function nextOf(steps: readonly Step[]): StepId {
  const next = steps.find(({ state }) => state === 'to do') ?? steps.find(({ state }) => state === 'waiting');
  return next?.id ?? 'first-request';
}
