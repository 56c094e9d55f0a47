/** What Gatehouse carries out for the steps of an approved plan. Fixed when the plan is requested, so that two people decide on it. */
import type { Permission } from '../governance/permissions.js';
import type { BlastRadius } from './blast-radius.js';
import { type LifeCycleEvent, successorOf } from './life-cycle-event.js';
import { retirementFile } from './retirement-file.js';

export type PlanAction =
  | { readonly kind: 'apply'; readonly document: RegistryFile }
  | { readonly kind: 'withdraw-owner'; readonly appointmentId: string }
  /** Every grant for the old organisation, for the successor as well. */
  | { readonly kind: 'grant-successor'; readonly odsCode: string; readonly successor: string }
  /** And retires the clients that have no grant left. */
  | { readonly kind: 'remove-grants'; readonly odsCode: string }
  | { readonly kind: 'activate-key' | 'remove-key'; readonly kid: string };

type RegistryFile = Pick<ReturnType<typeof retirementFile>, 'apiVersion'> & {
  readonly organisations: readonly object[];
  readonly applications?: readonly object[];
};

/** What a person needs who requests a plan that does this: as much as for the change by itself. */
export const PERMISSION_FOR: Readonly<Record<PlanAction['kind'], Permission>> = {
  apply: 'registry.write',
  'withdraw-owner': 'sro.write',
  'grant-successor': 'registry.write',
  'remove-grants': 'registry.write',
  'activate-key': 'signing-key.write',
  'remove-key': 'signing-key.write',
};

interface ActionFacts {
  readonly event: LifeCycleEvent;
  /** With nothing left out. */
  readonly hit: BlastRadius;
  /** The key that can sign at once in place of a suspected one; null: none. */
  readonly standbyKid: string | null;
  readonly nowMs: number;
}

/** Of one step; empty: Gatehouse has nothing to do for it. */
export function actionsOf(stepId: string, facts: ActionFacts): readonly PlanAction[] {
  const { event, standbyKid } = facts;
  if (event.kind === 'key-suspected') {
    if (standbyKid === null) return [];
    if (stepId === 'sign') return [{ kind: 'activate-key', kid: standbyKid }];
    return stepId === 'remove' ? [{ kind: 'remove-key', kid: event.kid }] : [];
  }
  if (event.kind === 'sro-leaves') {
    const { appointmentId } = event;
    return stepId === 'withdraw' && openAppointments(facts).includes(appointmentId)
      ? [{ kind: 'withdraw-owner', appointmentId }]
      : [];
  }
  return ofOrganisation(stepId, event.odsCode, facts);
}

function ofOrganisation(stepId: string, odsCode: string, facts: ActionFacts): readonly PlanAction[] {
  const organisation = facts.hit.organisations.find((each) => each.odsCode === odsCode);
  const successor = successorOf(facts.event);
  if (organisation === undefined) return [];
  switch (stepId) {
    case 'grants':
      return successor === null ? [] : [{ kind: 'grant-successor', odsCode, successor }];
    case 'suspend': {
      const { name } = organisation;
      const organisations = [{ odsCode, name, state: 'suspended' }];
      return [{ kind: 'apply', document: { apiVersion: 'gatehouse/v1', organisations } }];
    }
    case 'retire': {
      const servedBy = new Map(
        facts.hit.applications.map(({ application, serves }) => [application.id, serves]),
      );
      return [{ kind: 'apply', document: retirementFile(organisation, servedBy) }];
    }
    case 'withdraw':
      return openAppointments(facts).map((appointmentId) => ({ kind: 'withdraw-owner', appointmentId }));
    case 'clean-grants':
      return [{ kind: 'remove-grants', odsCode }];
    default:
      return [];
  }
}

const openAppointments = ({ hit, nowMs }: ActionFacts): readonly string[] =>
  hit.sroAppointments
    .filter(({ appointment: { withdrawnAtMs } }) => withdrawnAtMs === null || withdrawnAtMs > nowMs)
    .map(({ appointment }) => appointment.id);
