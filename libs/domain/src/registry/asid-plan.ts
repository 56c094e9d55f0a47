/**
 * Which applications and ASIDs are needed, held against those there are.
 *
 * An application has one ASID and an ASID one application; each environment, access mode and, for
 * application-restricted access, each capability needs its own (e-RS integration guidance, "Multiple ASIDs": up to three
 * for an organisation). Pure: what is out of the caller's sight or choice is simply not passed in.
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

/** The one with the most to do first. */
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
export interface StandingApplication {
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
  /** Names the row and gives its place in the plan. */
  readonly key: string;
  /** As the application should be called. */
  readonly name: string;
  readonly environment: string;
  readonly organisations: readonly string[];
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly state: AsidPlanState;
  /** What is wrong, or lacks; empty if nothing. */
  readonly note: string;
  readonly applications: readonly StandingApplication[];
}

export interface AsidPlanInput {
  readonly layout: AsidLayout;
  readonly wanted: readonly WantedBinding[];
  readonly applications: readonly StandingApplication[];
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
  const holders = Map.groupBy(applications, (application) => placeKey(application, layout));
  const twice = asidsHeldTwice(applications);
  const wanted = [...places].map(([key, place]): AsidPlanRow => {
    const held = holders.get(key) ?? [];
    return { ...rowOf(key, place, input), ...judged(place, held, twice, input), applications: held };
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

/** Applications that the layout asks for, by key; what is wanted twice is wanted once. */
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

function placeKey(of: Place, layout: AsidLayout): string {
  const shared = layout === 'shared' && of.accessMode === 'user-restricted';
  const organisations = shared ? 'shared' : of.organisations.length > 1 ? 'several' : of.organisations[0];
  return [of.environment, of.product, organisations, of.accessMode, of.capability]
    .filter((part) => part !== null && part !== undefined)
    .join(' / ');
}

function rowOf(key: string, place: Place, { layout, organisationNames }: AsidPlanInput) {
  const { environment, organisations, product, accessMode, capability } = place;
  const [first = ''] = organisations;
  const shared = organisations.length > 1 || (layout === 'shared' && accessMode === 'user-restricted');
  // A shared one is the supplier's own, whose name Gatehouse does not hold.
  const organisationName = shared ? '[Supplier name]' : (organisationNames.get(first) ?? first);
  const name = applicationName({ organisationName, product, environment, accessMode, capability });
  return { key, name, environment, organisations, product, accessMode, capability };
}

function judged(
  place: Place,
  held: readonly StandingApplication[],
  twice: ReadonlySet<string>,
  { open }: AsidPlanInput,
): Pick<AsidPlanRow, 'state' | 'note'> {
  const [application] = held;
  if (application === undefined) return { state: 'missing', note: 'No application is registered for this.' };
  if (held.length > 1) {
    const note = `${held.length} applications are registered where one is wanted: keep one, retire the others.`;
    return { state: 'duplicated', note };
  }
  if (application.asid !== null && twice.has(application.asid)) {
    const note = `ASID ${application.asid} is also that of another application: each has its own.`;
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

/** A shared application may lack a thousand. */
function briefly(odsCodes: readonly string[]): string {
  const shown = odsCodes.slice(0, 10).join(', ');
  return odsCodes.length > 10 ? `${shown} and ${odsCodes.length - 10} more` : shown;
}

function asidsHeldTwice(applications: readonly StandingApplication[]): ReadonlySet<string> {
  const holders = Map.groupBy(applications, ({ asid }) => asid);
  return new Set([...holders].flatMap(([asid, held]) => (asid !== null && held.length > 1 ? [asid] : [])));
}

const ownerOf = ({ organisations, product }: Pick<Place, 'organisations' | 'product'>): string =>
  JSON.stringify([product, organisations]);

/** Says what it should be instead, where it differs from something missing in one respect. */
function whyMisplaced(
  application: StandingApplication,
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
  if (near === undefined) return 'Nothing that is wanted needs it.';
  const instead = [near.environment, near.accessMode, near.capability].filter((part) => part !== null);
  return `Nothing that is wanted needs it; missing is one for ${instead.join(', ')}.`;
}
