/** Who was responsible for an organisation in a period, and under which applications and message sets it was called. */
import { sroState } from '../governance/sro.js';
import type { SroAppointment } from '../registry/registry.js';
import type { ApplicationEvidence, MessageSetEvidence, OwnerEvidence } from './evidence-pack.js';
import {
  decidedBy,
  existedIn,
  type Holding,
  holdingsOf,
  instantIn,
  lastState,
  type Life,
  livesOf,
  type RegistryRow,
  type RowState,
  type Span,
  stateBefore,
  textIn,
  textOrNullIn,
  textsIn,
} from './registry-rows.js';

/** Appointments that existed in the period, without those that had been withdrawn before it; in the order of appointment. */
export function ownersIn(rows: readonly RegistryRow[], odsCode: string, span: Span): OwnerEvidence[] {
  return livesOf(rows, 'sro_appointment')
    .filter((life) => lastState(life)['ods_code'] === odsCode && existedIn(life, span))
    .filter((life) => ownerState(stateBefore(life, span.fromMs), span.fromMs) !== 'withdrawn')
    .flatMap((life) => (life[0] === undefined ? [] : [ownerOf(life, life[0], span)]));
}

function ownerOf(life: Life, first: RegistryRow, { fromMs, untilMs }: Span): OwnerEvidence {
  const state = lastState(life);
  return {
    id: textIn(state, 'id'),
    role: textIn(state, 'role'),
    environments: textsIn(state, 'environments'),
    name: textIn(state, 'name'),
    email: textIn(state, 'email'),
    jobTitle: textIn(state, 'job_title'),
    spineUserId: textIn(state, 'spine_user_id'),
    authority: {
      name: textIn(state, 'authority_name'),
      reference: textIn(state, 'authority_reference'),
      date: textIn(state, 'authority_date'),
      documentSha256: textIn(state, 'authority_document_sha256'),
    },
    stateAtStart: ownerState(stateBefore(life, fromMs), fromMs),
    stateAtEnd: ownerState(state, untilMs - 1) ?? '',
    appointed: decidedBy(first),
    acceptedAt: instantIn(state, 'accepted_at'),
    startsOn: textOrNullIn(state, 'starts_on'),
    reviewDueOn: textIn(state, 'review_due_on'),
    graceDays: Number(state['grace_days'] ?? 0),
    lastReviewedAt: instantIn(state, 'last_reviewed_at'),
    withdrawnAt: instantIn(state, 'withdrawn_at'),
    succeeds: textOrNullIn(state, 'succeeds'),
  };
}

function ownerState(state: RowState | null, atMs: number): string | null {
  return state === null ? null : sroState(appointmentOf(state), atMs);
}

function appointmentOf(state: RowState): SroAppointment {
  const ms = (name: string): number | null => {
    const instant = instantIn(state, name);
    return instant === null ? null : Date.parse(instant);
  };
  return {
    id: textIn(state, 'id'),
    environments: textsIn(state, 'environments'),
    acceptedAtMs: ms('accepted_at'),
    withdrawnAtMs: ms('withdrawn_at'),
    startsOn: textOrNullIn(state, 'starts_on'),
    reviewDueOn: textIn(state, 'review_due_on'),
    graceDays: Number(state['grace_days'] ?? 0),
  };
}

/** Applications that served the organisation at some time in the period, by environment and product. */
export function applicationsIn(
  rows: readonly RegistryRow[],
  odsCode: string,
  span: Span,
): ApplicationEvidence[] {
  const bindings = livesOf(rows, 'binding').filter(
    (life) => lastState(life)['ods_code'] === odsCode && existedIn(life, span),
  );
  const byApplication = Map.groupBy(bindings, (life) => textIn(lastState(life), 'application_id'));
  const sets = livesOf(rows, 'application_message_set');
  return livesOf(rows, 'application')
    .flatMap((life) => {
      const own = byApplication.get(textIn(lastState(life), 'id'));
      return own === undefined ? [] : [applicationOf(life, own, sets, span)];
    })
    .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

const sortKey = ({ environment, product, accessMode, capability, id }: ApplicationEvidence): string =>
  JSON.stringify([environment, product, accessMode, capability, id]);

function applicationOf(
  life: Life,
  bindings: readonly Life[],
  sets: readonly Life[],
  span: Span,
): ApplicationEvidence {
  const state = lastState(life);
  const id = textIn(state, 'id');
  const asids = holdingsOf(
    life,
    (row) =>
      textIn(row, 'asid') === ''
        ? null
        : { asid: textIn(row, 'asid'), sharedWith: textsIn(row, 'asid_shared_with') },
    span,
  );
  return {
    id,
    product: textIn(state, 'product'),
    environment: textIn(state, 'environment'),
    accessMode: textIn(state, 'access_mode'),
    capability: textOrNullIn(state, 'capability'),
    apimApplicationId: textOrNullIn(state, 'apim_application_id'),
    stateAtStart: textOrNullIn(stateBefore(life, span.fromMs) ?? {}, 'state'),
    stateAtEnd: textIn(state, 'state'),
    serves: bindings.flatMap((each) => holdingsOf(each, () => true, span)).map(withoutValue),
    asids: asids.map(({ value, since, until }) => ({ ...value, since, until })),
    messageSets: sets
      .filter((each) => lastState(each)['application_id'] === id)
      .flatMap((each) => holdingsOf(each, (row) => textIn(row, 'message_set_name'), span))
      .toSorted((a, b) => (a.value === b.value ? 0 : a.value < b.value ? -1 : 1))
      .map(({ value, since, until }) => ({ name: value, since, until })),
  };
}

const withoutValue = ({ since, until }: Holding<unknown>) => ({ since, until });

/** The message sets that these applications had in the period, with every change of their interactions in it. */
export function messageSetsIn(
  rows: readonly RegistryRow[],
  applications: readonly ApplicationEvidence[],
  { fromMs, untilMs }: Span,
): MessageSetEvidence[] {
  const used = new Set(applications.flatMap(({ messageSets }) => messageSets.map(({ name }) => name)));
  return livesOf(rows, 'message_set')
    .filter((life) => used.has(textIn(lastState(life), 'name')))
    .map((life) => ({
      name: textIn(lastState(life), 'name'),
      interactionsAtStart: textsIn(stateBefore(life, fromMs) ?? {}, 'interactions'),
      interactionsAtEnd: textsIn(stateBefore(life, untilMs) ?? {}, 'interactions'),
      changes: life
        .filter(({ atMs }) => atMs >= fromMs)
        .map((row) => {
          const before = textsIn(row.before ?? {}, 'interactions');
          const after = textsIn(row.after ?? {}, 'interactions');
          return {
            ...decidedBy(row),
            added: after.filter((interaction) => !before.includes(interaction)),
            removed: before.filter((interaction) => !after.includes(interaction)),
          };
        }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
