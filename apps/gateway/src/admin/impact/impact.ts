import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImpactRequest } from '@gatehouse/contracts/impact/impact-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { sroState } from '@gatehouse/domain/governance/sro';
import { type BlastRadius, blastRadius } from '@gatehouse/domain/impact/blast-radius';
import {
  effectiveAtMs,
  type LifeCycleEvent,
  snapshotAfter,
  successorOf,
} from '@gatehouse/domain/impact/life-cycle-event';
import { notKnown } from '@gatehouse/domain/impact/not-known';
import { orderedPlan, type Step } from '@gatehouse/domain/impact/ordered-plan';
import { organisationPlan } from '@gatehouse/domain/impact/organisation-plan';
import { keyPlan, ownerPlan } from '@gatehouse/domain/impact/person-and-key-plans';
import { retirementFile } from '@gatehouse/domain/impact/retirement-file';
import { type AffectedGrant, simulate, type Simulation } from '@gatehouse/domain/impact/simulate';
import type { EnvironmentKind } from '@gatehouse/domain/registry/records/vocabulary';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { isPublished } from '@gatehouse/domain/registry/signing-key';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { requireNoLimit } from '../http/access/principal.js';
import { AdminProblem, notFound } from '../http/problem.js';
import {
  CLOCK,
  type Clock,
  type CurrentSnapshot,
  ENVIRONMENTS,
  type Environments,
  SNAPSHOT,
} from '../injected.js';
import { ImpactFacts } from './impact-facts.store.js';
import { CallCounts } from './call-counts.js';

const DAY_MS = 86_400_000;
const LOOK_BACK_MS = 7 * DAY_MS;
/** Each is decided for about thirty operations, two or three times. */
const MOST_GRANTS = 500;

type ImpactView = AnswerOf<'impactShow'>;

/** The steps that answer an event, and what they are about. */
export interface EventPlan {
  readonly hit: BlastRadius;
  readonly standbyKid: string | null;
  readonly steps: readonly Step[];
}

/** What an event would hit, decided by the rules that decide requests. Changes nothing. */
@Injectable()
export class Impact {
  constructor(
    @Inject(SNAPSHOT) private readonly snapshot: CurrentSnapshot,
    @Inject(ImpactFacts) private readonly facts: ImpactFacts,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem not-found, invalid-request; forbidden for a key of a CIS2 client under a limited role */
  async show(event: ImpactRequest, reach: Reach): Promise<ImpactView> {
    const snapshot = this.snapshot();
    const nowMs = this.now();
    requireAnotherSuccessor(event);
    const hit = blastRadius(snapshot, event, reach);
    requireWithin(hit, event, reach);
    const standbyKid = event.kind === 'key-suspected' ? await this.facts.standbyKid(event.kid, nowMs) : null;
    const effectiveMs = effectiveAtMs(event, nowMs);
    const simulation: Simulation = {
      ...{ before: snapshot, after: snapshotAfter(snapshot, event, { nowMs, standbyKid }) },
      ...{ successor: successorOf(event), nowMs, effectiveMs },
      environmentKind: this.environmentKind,
    };
    const odsCodes = hit.organisations.map(({ odsCode }) => odsCode);
    const counts = new CallCounts(await this.auditTrail.calls(odsCodes, nowMs - LOOK_BACK_MS));
    const clients = await this.clients(simulation, hit.grants.slice(0, MOST_GRANTS), counts);
    const lastDay = new CallCounts(await this.auditTrail.calls(odsCodes, nowMs - DAY_MS));
    const steps = this.steps({
      snapshot,
      hit,
      times: { nowMs, effectiveMs },
      standbyKid,
      event,
      requestsOfLastDay: lastDay.total,
    });
    return {
      registryVersion: snapshot.version,
      effectiveAt: new Date(effectiveMs).toISOString(),
      organisations: hit.organisations.map(({ odsCode, name, state }) => ({ odsCode, name, state })),
      environments: environmentsOf(hit),
      applications: applicationViews(hit, counts, nowMs),
      sroAppointments: hit.sroAppointments.map(({ odsCode, appointment }) => ({
        ...{ id: appointment.id, odsCode, environments: [...appointment.environments] },
        state: sroState(appointment, nowMs),
      })),
      cis2Clients: hit.cis2Clients.map(({ id, environment, product }) => ({ id, environment, product })),
      pendingChanges: await this.facts.pendingChanges(hit, reach, nowMs),
      userSessions: await this.facts.userSessions(hit),
      clients,
      notShown: hit.notShown,
      moreGrants: Math.max(0, hit.grants.length - MOST_GRANTS),
      requestsRefused: clients
        .flatMap(({ calls }) => calls)
        .filter(({ before, after }) => before === null && after !== null)
        .reduce((sum, { requests }) => sum + requests, 0),
      plan: orderedPlan(steps).map((step) => ({
        ...step,
        after: [...step.after],
        waitsFor: [...step.waitsFor],
      })),
      retirementFile: retirementOf(event, hit),
      notKnown: [...notKnown(event)],
    };
  }

  /**
   * The steps alone, for somebody whose role has no limit. No call is simulated.
   * @param countsRequests whether to look in the audit trail for requests of the last 24 hours; else it has none
   * @throws AdminProblem not-found, invalid-request
   */
  async plan(
    event: LifeCycleEvent,
    { countsRequests }: { readonly countsRequests: boolean },
  ): Promise<EventPlan> {
    const snapshot = this.snapshot();
    const nowMs = this.now();
    requireAnotherSuccessor(event);
    const hit = blastRadius(snapshot, event, 'all');
    requireWithin(hit, event, 'all');
    const standbyKid = event.kind === 'key-suspected' ? await this.facts.standbyKid(event.kid, nowMs) : null;
    const times = { nowMs, effectiveMs: effectiveAtMs(event, nowMs) };
    const odsCodes = hit.organisations.map(({ odsCode }) => odsCode);
    const requestsOfLastDay = countsRequests
      ? new CallCounts(await this.auditTrail.calls(odsCodes, nowMs - DAY_MS)).total
      : 0;
    const steps = this.steps({ snapshot, hit, times, standbyKid, event, requestsOfLastDay });
    return { hit, standbyKid, steps };
  }

  /** One grant at a time, so that a large organisation doesn't hold up other requests. */
  private async clients(
    simulation: Simulation,
    grants: readonly AffectedGrant[],
    counts: CallCounts,
  ): Promise<ImpactView['clients']> {
    const views: ImpactView['clients'] = [];
    for (const each of grants) {
      const { client, grant } = each;
      const bindings = bindingsOf(simulation.before, each);
      const calls = simulate(simulation, each).map((call) => ({
        ...call,
        ...counts.ofCall({ clientId: client.id, operationId: call.operationId }, bindings),
      }));
      const { odsCode: organisation, product, accessMode, capability } = grant;
      views.push({
        ...{ id: client.id, name: client.name, state: client.state, environment: client.environment },
        ...{ organisation, product, accessMode, capability, calls },
      });
      await nextTurn();
    }
    return views;
  }

  private readonly environmentKind = (name: string): EnvironmentKind =>
    this.environments.get(name)?.kind ?? 'authenticated';

  private steps({
    snapshot,
    hit,
    times,
    standbyKid,
    event,
    requestsOfLastDay,
  }: {
    readonly snapshot: Snapshot;
    readonly hit: BlastRadius;
    readonly times: { readonly nowMs: number; readonly effectiveMs: number };
    readonly standbyKid: string | null;
    readonly event: LifeCycleEvent;
    readonly requestsOfLastDay: number;
  }): readonly Step[] {
    if (event.kind === 'key-suspected') {
      const keys = [...hit.applications.map(({ application }) => application), ...hit.cis2Clients].flatMap(
        ({ signingKeys }) => signingKeys,
      );
      const { kid } = event;
      return keyPlan({
        ...{ kid, standbyKid },
        isPublished: keys.some((key) => key.kid === kid && isPublished(key.state)),
        hasActiveKey: keys.some((key) => key.kid !== kid && key.state === 'ACTIVE'),
      });
    }
    const [organisation] = hit.organisations;
    if (organisation === undefined) return [];
    return event.kind === 'sro-leaves'
      ? ownerPlan(organisation, event.appointmentId, times)
      : organisationPlan({
          ...{ snapshot, organisation, successor: successorOf(event), grants: hit.grants },
          ...{ requestsOfLastDay, nowMs: times.nowMs, environmentKind: this.environmentKind },
        });
  }
}

function requireAnotherSuccessor(event: ImpactRequest): void {
  if ('successor' in event && event.successor === event.odsCode) {
    throw new AdminProblem(
      'invalid-request',
      'The successor is the organisation itself: name another ODS code.',
    );
  }
}

/** What is beyond the caller's role is answered as if it did not exist. */
function requireWithin(
  { organisations, applications, cis2Clients }: BlastRadius,
  event: ImpactRequest,
  reach: Reach,
) {
  const odsCodes = organisations.map(({ odsCode }) => odsCode);
  if (event.kind === 'key-suspected') {
    if (odsCodes.length === 0 && cis2Clients.length > 0) {
      requireNoLimit(reach, 'A key of a CIS2 client');
      return;
    }
    if (applications.length === 0) throw notFound(`signing key ${event.kid}`);
    return;
  }
  const what =
    event.kind === 'sro-leaves' ? `appointment ${event.appointmentId}` : `organisation ${event.odsCode}`;
  const successor = 'successor' in event ? [event.successor] : [];
  if (odsCodes.length === 0 || !reaches(reach, odsCodes)) throw notFound(what);
  if (!reaches(reach, [...odsCodes, ...successor])) throw notFound(`organisation ${successor.join()}`);
}

function environmentsOf({ applications, grants, cis2Clients }: BlastRadius): string[] {
  const names = [
    ...applications.map(({ application }) => application.environment),
    ...grants.map(({ client }) => client.environment),
    ...cis2Clients.map(({ environment }) => environment),
  ];
  return [...new Set(names)].sort();
}

function applicationViews({ applications, organisations }: BlastRadius, counts: CallCounts, nowMs: number) {
  return applications.map(({ application, serves }): ImpactView['applications'][number] => {
    const { id, environment, product, accessMode, capability, state, asid, messageSets } = application;
    const bindings = organisations
      .flatMap((organisation) => organisation.bindings)
      .filter((binding) => binding.application.id === id)
      .map((binding) => binding.id);
    return {
      ...{ id, environment, product, accessMode, capability, state, asid, serves: [...serves] },
      messageSets: [...messageSets],
      signingKeys: application.signingKeys.map(({ kid, state: keyState }) => ({ kid, state: keyState })),
      openWriteExceptions: application.writeExceptions.filter(
        ({ revokedAtMs, expiresAtMs }) => revokedAtMs === null && expiresAtMs > nowMs,
      ).length,
      ...counts.ofBindings(bindings),
    };
  });
}

function bindingsOf({ organisations }: Snapshot, { grant, applications }: AffectedGrant): string[] {
  const ids = new Set(applications.map(({ id }) => id));
  return (organisations.get(grant.odsCode)?.bindings ?? [])
    .filter(({ application }) => ids.has(application.id))
    .map(({ id }) => id);
}

function retirementOf(event: LifeCycleEvent, { organisations, applications, notShown }: BlastRadius) {
  const [organisation] = organisations;
  if (!('odsCode' in event) || organisation === undefined || notShown.applications > 0) return null;
  return retirementFile(
    organisation,
    new Map(applications.map(({ application, serves }) => [application.id, serves])),
  );
}
