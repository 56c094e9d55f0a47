/** Unusually many sign-ins of staff or of healthcare workers that failed. */
import type { Snapshot } from '../registry/registry.js';
import { clientPage, type Finding } from './finding.js';

/** How far back sign-ins are counted, and the days before that say what is usual. */
export const WINDOW_MS = 15 * 60_000;
export const USUAL_DAYS = 7;

/** Fewer happen on any morning, and no level that is usual makes so few an attack. */
const LEAST = 20;
/** So many times what is usual. */
const FACTOR = 4;
/** A finding lasts until there are half as many as it took, so that it does not come and go. */
const CALM = 0.5;

/** Failed sign-ins with the same reason. */
export interface RefusedSignIns {
  readonly people: 'staff' | 'users';
  /** The client whose user it was; null: staff, or a browser that has not shown which sign-in it belongs to. */
  readonly clientId: string | null;
  /** As the audit trail names it (docs/audit.md); null: there were too many to record each. */
  readonly reason: string | null;
  /** Within the last `WINDOW_MS`. */
  readonly recent: number;
  /** Of the days before, on average for `WINDOW_MS`. */
  readonly usual: number;
}

/** @param isOpen it was so at the last look */
export function areUnusual(recent: number, usual: number, isOpen: boolean): boolean {
  return recent >= Math.max(LEAST, FACTOR * usual) * (isOpen ? CALM : 1);
}

/**
 * One for staff, one for each client, and one for all users whose client is not found already.
 * @param open keys of the findings of the last run
 */
export function refusedSignIns(
  snapshot: Snapshot,
  rows: readonly RefusedSignIns[],
  open: ReadonlySet<string>,
): Finding[] {
  const isUnusual = (key: string, of: readonly RefusedSignIns[]): boolean =>
    areUnusual(sum(of, 'recent'), sum(of, 'usual'), open.has(key));
  const ofUsers = Map.groupBy(
    rows.filter(({ people }) => people === 'users'),
    ({ clientId }) => clientId,
  );
  const clients = [...ofUsers].flatMap(([clientId, of]) => {
    const client = clientId === null ? undefined : snapshot.clients.get(clientId);
    if (client === undefined || !isUnusual(`refused-sign-ins client ${client.id}`, of)) return [];
    return { client, of };
  });
  const alone = new Set<string | null>(clients.map(({ client }) => client.id));
  const others = [...ofUsers].flatMap(([clientId, of]) => (alone.has(clientId) ? [] : of));
  const staff = rows.filter(({ people }) => people === 'staff');
  return [
    ...(isUnusual('refused-sign-ins staff', staff)
      ? [finding('staff', 'of staff', staff, RECORDS_PAGE)]
      : []),
    ...(isUnusual('refused-sign-ins users', others)
      ? [finding('users', 'of healthcare workers', others, RECORDS_PAGE)]
      : []),
    ...clients.map(({ client, of }) => {
      const odsCodes = [...new Set(client.grants.map(({ odsCode }) => odsCode))];
      const who = `of users of the client ${client.name} in ${client.environment}`;
      return finding(`client ${client.id}`, who, of, clientPage(client), odsCodes);
    }),
  ];
}

function finding(
  key: string,
  who: string,
  rows: readonly RefusedSignIns[],
  path: string,
  odsCodes: readonly string[] = [],
): Finding {
  const causes = Map.groupBy(
    rows.filter(({ recent }) => recent > 0),
    ({ reason }) => causeOf(reason),
  );
  const byCount = [...causes]
    .map(([cause, of]) => ({ cause, count: sum(of, 'recent') }))
    .toSorted((a, b) => b.count - a.count || a.cause.text.localeCompare(b.cause.text));
  const usual = Math.round(sum(rows, 'usual'));
  const total = sum(rows, 'recent');
  return {
    key: `refused-sign-ins ${key}`,
    notice: {
      kind: 'alarm',
      title: `Unusually many sign-ins ${who} failed: ${total.toLocaleString('en-GB')} within 15 minutes`,
      body: `Usual are ${usual === 0 ? 'none or very few' : String(usual)}. The causes: ${byCount.map(({ cause, count }) => `${cause.text} (${count.toLocaleString('en-GB')})`).join('; ')}.`,
      whatToDo: `${byCount[0]?.cause.whatToDo ?? LOOK} ${RECORDS}`,
      path,
      odsCodes,
      staffId: null,
    },
  };
}

/** Of the events that belong to no request, failed sign-ins among them. */
const RECORDS_PAGE = `/audit?filter=${encodeURIComponent('{"kind":"SYSTEM"}')}`;

const sum = (rows: readonly RefusedSignIns[], of: 'recent' | 'usual'): number =>
  rows.reduce((total, row) => total + row[of], 0);

interface Cause {
  readonly text: string;
  readonly whatToDo: string;
}

const RECORDS = 'The audit trail has each sign-in that failed, with the address it came from.';
const LOOK = 'Look at the addresses: a single one may be somebody who tries to get in.';
const OTHER: Cause = { text: 'the ID token was not accepted', whatToDo: LOOK };
const COUNTED: Cause = { text: 'not recorded one by one, because there were too many', whatToDo: LOOK };
const STALE: Cause = { text: 'the sign-in was unknown, too old or used already', whatToDo: LOOK };
const WEAK: Cause = {
  text: 'the person was not authenticated or verified strongly enough',
  whatToDo: 'Ask the organisation whether its people sign in by another method than before.',
};
const ENDED: Cause = {
  text: 'the session had ended',
  whatToDo: 'Ask the team of the web application whether it presents old ID tokens.',
};

const CAUSES: Readonly<Record<string, Cause>> = {
  unavailable: {
    text: 'the identity provider could not be reached',
    whatToDo: 'Look at the service status of the identity provider, and at the network to it.',
  },
  misconfigured: {
    text: 'the sign-in is not set up correctly',
    whatToDo: 'Look at the log for what is wrong, and correct the settings or the registration.',
  },
  failed: { text: 'Gatehouse failed', whatToDo: 'Look at the log of the gateway.' },
  refused: {
    text: 'the identity provider did not confirm the person, or the person gave up',
    whatToDo: LOOK,
  },
  suspended: {
    text: 'the person is suspended',
    whatToDo: 'Ask who still tries to sign in with a suspended account.',
  },
  cis1: {
    text: 'the person used the older Care Identity Service (CIS1)',
    whatToDo: 'Ask the organisation to have its people sign in through NHS CIS2.',
  },
  other_client: { text: 'a client brought the ID token of another client', whatToDo: LOOK },
  code: STALE,
  stale: STALE,
  state: STALE,
  ticket_unknown: STALE,
  ticket_used: STALE,
  ticket_expired: STALE,
  level: WEAK,
  id_assurance_level: WEAK,
  authentication_assurance_level: WEAK,
  logged_out: ENDED,
  session_ended: ENDED,
};

/** Never the text of the trail itself: a reason that is not known counts as one of the ID token. */
const causeOf = (reason: string | null): Cause =>
  reason === null ? COUNTED : Object.hasOwn(CAUSES, reason) ? (CAUSES[reason] ?? OTHER) : OTHER;
