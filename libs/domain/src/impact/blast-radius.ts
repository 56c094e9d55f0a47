/** What of the registry an event hits, as far as the caller may see it. */
import { type Reach, reaches } from '../governance/permissions.js';
import type {
  Application,
  Cis2Client,
  Organisation,
  Snapshot,
  SroAppointment,
} from '../registry/registry.js';
import { type LifeCycleEvent, organisationsOf } from './life-cycle-event.js';
import { affectedGrants, type AffectedGrant } from './simulate.js';

export interface HitApplication {
  readonly application: Application;
  /** All ODS codes that it serves, also those that the event is not about. */
  readonly serves: readonly string[];
}

export interface BlastRadius {
  readonly organisations: readonly Organisation[];
  readonly applications: readonly HitApplication[];
  readonly grants: readonly AffectedGrant[];
  readonly sroAppointments: readonly { readonly odsCode: string; readonly appointment: SroAppointment }[];
  readonly cis2Clients: readonly Cis2Client[];
  /** What belongs to other organisations as well, and is beyond the caller's role. */
  readonly notShown: { readonly applications: number; readonly clients: number };
}

export function blastRadius(snapshot: Snapshot, event: LifeCycleEvent, reach: Reach): BlastRadius {
  const organisations = organisationsOf(snapshot, event);
  const applications = hitApplications(snapshot, organisations, event);
  const ids = new Set(applications.map(({ application }) => application.id));
  const grants = affectedGrants(snapshot, organisations).filter(
    (each) => isOfOrganisation(event) || each.applications.some(({ id }) => ids.has(id)),
  );
  const shown = applications.filter(({ serves }) => reaches(reach, serves));
  const shownGrants = grants.filter(({ client }) =>
    reaches(
      reach,
      client.grants.map(({ odsCode }) => odsCode),
    ),
  );
  return {
    organisations,
    applications: shown,
    grants: shownGrants,
    sroAppointments: organisations.flatMap(({ odsCode, sroAppointments }) =>
      sroAppointments
        .filter(
          ({ id }) => isOfOrganisation(event) || (event.kind === 'sro-leaves' && id === event.appointmentId),
        )
        .map((appointment) => ({ odsCode, appointment })),
    ),
    cis2Clients: cis2ClientsOf(snapshot, event, shown),
    notShown: {
      applications: applications.length - shown.length,
      clients: clientsIn(grants).size - clientsIn(shownGrants).size,
    },
  };
}

const clientsIn = (grants: readonly AffectedGrant[]): ReadonlySet<string> =>
  new Set(grants.map(({ client }) => client.id));

const isOfOrganisation = (event: LifeCycleEvent): boolean => 'odsCode' in event;

/** In every environment: an event does not keep to one. Each application once, however many organisations it serves. */
function hitApplications(
  snapshot: Snapshot,
  organisations: readonly Organisation[],
  event: LifeCycleEvent,
): readonly HitApplication[] {
  const hit = organisations.flatMap((organisation) =>
    organisation.bindings
      .map(({ application }) => application)
      .filter((application) => application.state !== 'retired' && isHit(application, organisation, event)),
  );
  const byId = new Map(hit.map((application) => [application.id, application]));
  const serves = organisationsServed(snapshot, new Set(byId.keys()));
  return [...byId.values()].map((application) => ({ application, serves: serves.get(application.id) ?? [] }));
}

function isHit(application: Application, organisation: Organisation, event: LifeCycleEvent): boolean {
  if (event.kind === 'key-suspected') return application.signingKeys.some(({ kid }) => kid === event.kid);
  if (event.kind !== 'sro-leaves') return true;
  const appointment = organisation.sroAppointments.find(({ id }) => id === event.appointmentId);
  const covers = appointment?.environments.includes(application.environment) === true;
  return covers && application.accessMode === 'application-restricted';
}

function organisationsServed(snapshot: Snapshot, ids: ReadonlySet<string>): ReadonlyMap<string, string[]> {
  const served = new Map<string, string[]>();
  for (const { odsCode, bindings } of snapshot.organisations.values()) {
    for (const { application } of bindings) {
      if (!ids.has(application.id)) continue;
      served.set(application.id, [...(served.get(application.id) ?? []), odsCode].sort());
    }
  }
  return served;
}

/** The client whose key is suspected; otherwise those with which users of the applications sign in. */
function cis2ClientsOf(
  { cis2Clients }: Snapshot,
  event: LifeCycleEvent,
  applications: readonly HitApplication[],
): readonly Cis2Client[] {
  return [...cis2Clients.values()].filter((client) =>
    event.kind === 'key-suspected' && client.signingKeys.some(({ kid }) => kid === event.kid)
      ? true
      : applications.some(
          ({ application }) =>
            application.accessMode === 'user-restricted' &&
            application.environment === client.environment &&
            application.product === client.product,
        ),
  );
}
