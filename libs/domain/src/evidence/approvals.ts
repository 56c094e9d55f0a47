/** Who requested and who approved what concerned an organisation in a period, and what one person did in an emergency. */
import type { DiffRow } from '../governance/change-diff.js';
import { changeSummary, type Names } from '../governance/change-summary.js';
import type {
  Approvals,
  ApplicationEvidence,
  KeyEmergencyEvidence,
  RequestEvidence,
  StopEvidence,
} from './evidence-pack.js';
import { holdingsOf, lastState, livesOf, type RegistryRow, type Span, textIn } from './registry-rows.js';

/** A row of `pending_change`, as it is when the pack is made. */
export interface StoredRequest extends Omit<RequestEvidence, 'summary'> {
  readonly expiresAt: string;
  readonly diff: readonly DiffRow[];
}

export interface ApprovalFacts {
  readonly requests: readonly StoredRequest[];
  readonly emergencyStops: readonly StopEvidence[];
  readonly keyEmergencies: readonly KeyEmergencyEvidence[];
}

export interface About {
  readonly odsCode: string;
  readonly name: string;
  readonly applications: readonly ApplicationEvidence[];
}

/** What was decided after the period is left out, so that a pack made later says the same. */
export function approvalsIn(
  rows: readonly RegistryRow[],
  facts: ApprovalFacts,
  about: About,
  span: Span,
): Approvals {
  const environments = new Set(about.applications.map(({ environment }) => environment));
  const isOver = (at: string | null): at is string => at !== null && Date.parse(at) < span.untilMs;
  return {
    fourEyes: livesOf(rows, 'environment')
      .filter((life) => environments.has(textIn(lastState(life), 'name')))
      .toSorted((a, b) => (textIn(lastState(a), 'name') < textIn(lastState(b), 'name') ? -1 : 1))
      .flatMap((life) =>
        // What the row doesn't say counts as on.
        holdingsOf(life, ({ four_eyes: on }) => on !== false, span).map(({ value, since, until }) => ({
          ...{ environment: textIn(lastState(life), 'name'), on: value, since, until },
        })),
      ),
    requests: facts.requests.map(({ diff, expiresAt, ...request }) => {
      const summary = summaryOf(diff, about, request.id);
      if (isOver(request.decidedAt)) return { ...request, summary };
      // Expiry is noticed when somebody looks, and nobody is named for it.
      const state = Date.parse(expiresAt) < span.untilMs ? 'expired' : 'pending';
      return { ...request, state, decidedBy: null, decidedAt: null, decisionReason: null, summary };
    }),
    emergencyStops: facts.emergencyStops.map((stop) => ({
      ...stop,
      ...(isOver(stop.liftedAt) ? {} : { liftedBy: null, liftedAt: null, liftReason: null }),
      ...(isOver(stop.reviewedAt) ? {} : { reviewedBy: null, reviewedAt: null, reviewNote: null }),
    })),
    keyEmergencies: facts.keyEmergencies.map((emergency) => ({
      ...emergency,
      ...(isOver(emergency.kmsDisabledAt) ? {} : { kmsDisabledAt: null }),
      ...(isOver(emergency.reviewedAt) ? {} : { reviewedBy: null, reviewedAt: null, reviewNote: null }),
    })),
  };
}

/** Of a plan for an event, or of a request for a patient's identifier, the rows are not those of the organisation alone. */
function summaryOf(diff: readonly DiffRow[], about: About, id: string): readonly string[] {
  const own = diff.filter((row) => isAbout(row, about));
  return own.length === 0
    ? [`What it would do is not shown here. Gatehouse shows it as request ${id}.`]
    : changeSummary(own, namesOf(about));
}

/** A request may write rows of other organisations, too; these are none of this pack. */
function isAbout({ before, after }: DiffRow, { odsCode, applications }: About): boolean {
  const row = after ?? before ?? {};
  const ownSets = applications.flatMap(({ messageSets }) => messageSets.map(({ name }) => name));
  const ids = new Set(applications.map(({ id }) => id));
  if (typeof row['ods_code'] === 'string') return row['ods_code'] === odsCode;
  const applicationId = row['application_id'] ?? row['id'];
  if (typeof applicationId === 'string') return ids.has(applicationId) || applicationId.startsWith('new ');
  return 'interactions' in row ? ownSets.includes(String(row['name'])) : 'four_eyes' in row;
}

function namesOf({ odsCode, name, applications }: About): Names {
  const byId = new Map(applications.map((application) => [application.id, application]));
  return {
    organisation: (code) => (code === odsCode ? name : undefined),
    application: (id) => {
      const known = byId.get(id);
      return known === undefined ? undefined : { ...known, organisations: [odsCode] };
    },
    client: () => undefined,
    cis2Client: () => undefined,
    hasSro: () => true,
  };
}
