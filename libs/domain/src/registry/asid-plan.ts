/**
 * Which applications and ASIDs are needed, compared with those that are registered.
 *
 * An application has one ASID, and an ASID belongs to one application. Each environment, access mode and, for
 * application-restricted access, each capability needs its own (e-RS integration guidance, "Multiple ASIDs": up to three
 * for an organisation). Pure: what the caller may not see or has not chosen is not passed in.
 */
import { applicationName } from './application-name.js';
import type { AccessMode, ApplicationState, Capability } from './records/vocabulary.js';

/**
 * `per-organisation`: every organisation has its own application for each access mode and capability, as the guidance
 * says. `shared`: one user-restricted application, and so one ASID, for all organisations of a product, with a list of
 * them ("Single ASID Per Connecting Party", e-referrals-service-api, ERSSUP-86126); application-restricted ones stay
 * per organisation, since their organisation is an attribute of the application.
 */
export const ASID_LAYOUTS = ['per-organisation', 'shared'] as const;
export type AsidLayout = (typeof ASID_LAYOUTS)[number];

/** In order of how much is left to do, most first. */
export const ASID_PLAN_STATES = ['missing', 'half done', 'duplicated', 'misplaced', 'present'] as const;
export type AsidPlanState = (typeof ASID_PLAN_STATES)[number];

export interface WantedBinding {
  readonly environment: string;
  readonly odsCode: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
}

/** An application that is not retired. */
export interface RegisteredApplication {
  readonly id: string;
  readonly environment: string;
  readonly organisations: readonly string[];
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly state: ApplicationState;
  readonly asid: string | null;
  readonly hasApiKey: boolean;
}

export interface AsidPlanRow {
  /** Names the row; rows are in the order of their keys. */
  readonly key: string;
  /** As the application should be called. */
  readonly name: string;
  readonly environment: string;
  readonly organisations: readonly string[];
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly state: AsidPlanState;
  /** What is wrong or missing; empty if nothing is. */
  readonly note: string;
  readonly applications: readonly RegisteredApplication[];
}

export interface AsidPlanInput {
  readonly layout: AsidLayout;
  readonly wanted: readonly WantedBinding[];
  readonly applications: readonly RegisteredApplication[];
  /** Environments without tokens and ASIDs. */
  readonly open: ReadonlySet<string>;
  /** By ODS code. */
  readonly organisationNames: ReadonlyMap<string, string>;
}

type Place = Omit<WantedBinding, 'odsCode'> & { readonly organisations: readonly string[] };

/** Rows in the order of their keys. */
export function planAsids(input: AsidPlanInput): AsidPlanRow[] {
  const { layout, applications } = input;
  const places = placesOf(input.wanted, layout);
  const registeredByPlace = Map.groupBy(applications, (application) => placeKey(application, layout));
  const repeatedAsids = asidsOfSeveral(applications);
  const wanted = [...places].map(([key, place]): AsidPlanRow => {
    const registered = registeredByPlace.get(key) ?? [];
    return {
      ...rowOf(key, place, input),
      ...judgement(place, registered, repeatedAsids, input),
      applications: registered,
    };
  });
  const missing = Map.groupBy(
    wanted.filter(({ state }) => state === 'missing'),
    ownerOf,
  );
  const misplaced = applications
    .filter((application) => !places.has(placeKey(application, layout)))
    .map((application): AsidPlanRow => ({
      ...rowOf(`${placeKey(application, layout)} / ${application.id}`, application, input),
      state: 'misplaced',
      note: whyMisplaced(application, missing, layout),
      applications: [application],
    }));
  return [...wanted, ...misplaced].toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

/** How many rows are in each state. */
export function countStates(rows: readonly AsidPlanRow[]): Record<AsidPlanState, number> {
  const count = (state: AsidPlanState): number => rows.filter((row) => row.state === state).length;
  return {
    missing: count('missing'),
    'half done': count('half done'),
    duplicated: count('duplicated'),
    misplaced: count('misplaced'),
    present: count('present'),
  };
}

/** The applications that the layout asks for, by key, each once. */
function placesOf(wanted: readonly WantedBinding[], layout: AsidLayout): ReadonlyMap<string, Place> {
  const places = new Map<string, Place & { organisations: string[] }>();
  for (const { odsCode, ...rest } of wanted) {
    const key = placeKey({ ...rest, organisations: [odsCode] }, layout);
    const place = places.get(key);
    if (place === undefined) places.set(key, { ...rest, organisations: [odsCode] });
    else if (!place.organisations.includes(odsCode)) place.organisations.push(odsCode);
  }
  return places;
}

function placeKey(place: Place, layout: AsidLayout): string {
  const shared = layout === 'shared' && place.accessMode === 'user-restricted';
  const organisations = shared
    ? 'shared'
    : place.organisations.length > 1
      ? 'several'
      : place.organisations[0];
  return [place.environment, place.product, organisations, place.accessMode, place.capability]
    .filter((part) => part !== null && part !== undefined)
    .join(' / ');
}

function rowOf(key: string, place: Place, { layout, organisationNames }: AsidPlanInput) {
  const { environment, organisations, product, accessMode, capability } = place;
  const [first = ''] = organisations;
  const shared = organisations.length > 1 || (layout === 'shared' && accessMode === 'user-restricted');
  // A shared application is named after the supplier, whose name Gatehouse does not hold.
  const organisationName = shared ? '[Supplier name]' : (organisationNames.get(first) ?? first);
  const name = applicationName({ organisationName, product, environment, accessMode, capability });
  return { key, name, environment, organisations, product, accessMode, capability };
}

function judgement(
  place: Place,
  registered: readonly RegisteredApplication[],
  repeatedAsids: ReadonlySet<string>,
  { open }: AsidPlanInput,
): Pick<AsidPlanRow, 'state' | 'note'> {
  const [application] = registered;
  if (application === undefined) return { state: 'missing', note: 'No application is registered for this.' };
  if (registered.length > 1) {
    const note = `${registered.length} applications are registered where one is needed: keep one and retire the others.`;
    return { state: 'duplicated', note };
  }
  if (application.asid !== null && repeatedAsids.has(application.asid)) {
    const note = `ASID ${application.asid} also belongs to another application: each needs its own.`;
    return { state: 'duplicated', note };
  }
  const uncovered = place.organisations.filter((odsCode) => !application.organisations.includes(odsCode));
  const lacks = uncovered.length === 0 ? [] : [`${briefly(uncovered)} in its list of organisations`];
  if (!open.has(place.environment)) {
    if (application.asid === null) lacks.unshift('ASID');
    if (!application.hasApiKey) lacks.push('API key');
  }
  return lacks.length === 0
    ? { state: 'present', note: '' }
    : { state: 'half done', note: `Lacks: ${lacks.join('; ')}.` };
}

/** The first ten: a shared application may lack a thousand. */
function briefly(odsCodes: readonly string[]): string {
  const firstTen = odsCodes.slice(0, 10).join(', ');
  return odsCodes.length > 10 ? `${firstTen} and ${odsCodes.length - 10} more` : firstTen;
}

/** The ASIDs that more than one application has. */
function asidsOfSeveral(applications: readonly RegisteredApplication[]): ReadonlySet<string> {
  const byAsid = Map.groupBy(applications, ({ asid }) => asid);
  const repeated = [...byAsid].filter(([, owners]) => owners.length > 1).map(([asid]) => asid);
  return new Set(repeated.filter((asid) => asid !== null));
}

const ownerOf = ({ organisations, product }: Pick<Place, 'organisations' | 'product'>): string =>
  JSON.stringify([product, organisations]);

/** Says what it should be instead, if it differs from something missing in one respect only. */
function whyMisplaced(
  application: RegisteredApplication,
  missing: ReadonlyMap<string, readonly AsidPlanRow[]>,
  layout: AsidLayout,
): string {
  if (layout === 'per-organisation' && application.organisations.length > 1) {
    return 'It serves several organisations; in this layout each has its own application.';
  }
  const near = missing.get(ownerOf(application))?.find((row) => {
    const sameEnvironment = row.environment === application.environment;
    const sameAccess = row.accessMode === application.accessMode && row.capability === application.capability;
    return sameEnvironment !== sameAccess;
  });
  if (near === undefined) return 'Nothing in the plan needs it.';
  const instead = [near.environment, near.accessMode, near.capability].filter((part) => part !== null);
  return `Nothing in the plan needs it, but an application for ${instead.join(', ')} is missing.`;
}
