/** What is worth a notice in the results of probes: one application that got worse, or many that fail in the same way. */
import type { Notice } from '../notices/notice.js';
import { findingOf, isWorse, sourceOf } from './probe.js';

export interface ProbeChange {
  readonly applicationId: string;
  /** As people know it. */
  readonly name: string;
  readonly environment: string;
  readonly state: string;
  readonly odsCodes: readonly string[];
  /** The code of the result before; undefined: there is none. */
  readonly before: string | null | undefined;
  readonly code: string | null;
}

/** Applications whose failures began within the same ten minutes. */
export interface ProbeGroup {
  readonly environment: string;
  readonly code: string;
  readonly organisations: number;
}

export const SAME_TIME_MS = 10 * 60_000;
/** So many organisations do not fail in the same way by chance. */
const MANY = 5;
const HOUR_MS = 3_600_000;

/** One alarm for each group, and a notice for each other application that got worse. */
export function probeNotices(
  changes: readonly ProbeChange[],
  groups: readonly ProbeGroup[],
  nowMs: number,
): Notice[] {
  const alarms = groups.filter(({ organisations }) => organisations >= MANY);
  const isInAlarm = ({ environment, code }: ProbeChange): boolean =>
    alarms.some((group) => group.environment === environment && group.code === code);
  return [
    ...alarms.map((group) => alarmOf(group, nowMs)),
    ...changes
      .filter((change) => !isInAlarm(change) && isWorse(change.before, change.code, change.state))
      .map((change) => noticeOf(change, nowMs)),
  ];
}

function alarmOf({ environment, code, organisations }: ProbeGroup, nowMs: number): Notice {
  const { whatIsWrong, whatToDo } = findingOf(code);
  const source = sourceOf(code);
  return {
    kind: 'alarm',
    onceKey: `probes ${environment} ${code} ${String(Math.floor(nowMs / HOUR_MS))}`,
    title: `${String(organisations)} organisations fail in the same way in ${environment}`,
    body: `Within ten minutes ${SAME_WAY[source]} (${code}). ${whatIsWrong} ${commonCause(code)}`,
    whatToDo: source === 'gatehouse' ? whatToDo : ASK_SUPPORT,
    path: '/applications',
    odsCodes: [],
    staffId: null,
  };
}

const SAME_WAY = {
  answer: 'NHS England gave the same answer about all of them',
  'no answer': 'NHS England gave no answer about any of them',
  gatehouse: 'Gatehouse itself rejected the probes of all of them, and NHS England was not asked',
} as const;
const ASK_SUPPORT =
  'Look at the service status of NHS England first, then send its support one of the X-Correlation-IDs that the checklists show. Change nothing in the registry until the cause is known.';

/** Where one cause is more likely than many. */
export function commonCause(code: string): string {
  switch (code) {
    case 'UNAVAILABLE':
    case 'GW_TOKEN_UNAVAILABLE':
    case 'NO_TOKEN':
      return 'The likely cause is an outage of the token service of NHS England.';
    case 'ERS_UNAVAILABLE':
    case 'ERS_FAILED':
    case 'UNEXPECTED':
      return 'The likely cause is an outage or a release of e-RS.';
    case 'JWKS_UNREACHABLE':
    case 'KEY_NOT_FOUND':
    case 'SIGNATURE':
      return 'The likely cause is the public listener of Gatehouse, which serves all JWKS, or the way to it from NHS England.';
    case 'CLOCK':
      return 'The likely cause is the clock of this deployment.';
    case 'AUDIENCE':
      return 'The likely cause is a changed token URL of NHS England, or a wrong one in the environments file.';
    case 'CIS2_UNAVAILABLE':
      return 'The likely cause is an outage of NHS CIS2.';
    case 'CIS2_KEY':
      return 'The likely cause is the public listener of Gatehouse, which serves all JWKS, or the way to it from NHS CIS2.';
    case 'RATE_LIMITED':
      return 'The likely cause is a lowered rate limit of API Management.';
    case 'GW_UPSTREAM_UNREACHABLE':
    case 'GW_UPSTREAM_TIMEOUT':
    case 'GW_UPSTREAM_TLS':
      return 'The likely cause is the network between Gatehouse and NHS England.';
    default:
      if (sourceOf(code) === 'gatehouse')
        return 'The likely cause is in this deployment: a change of many records in the registry, or a fault of Gatehouse or of what it depends on.';
      return 'The likely cause is a change by NHS England: a release of API Management, or an API product or attributes that were changed for many applications.';
  }
}

function noticeOf({ applicationId, name, odsCodes, code }: ProbeChange, nowMs: number): Notice {
  const { whatIsWrong, whatToDo, whoActs } = findingOf(code ?? '');
  return {
    kind: 'alarm',
    onceKey: `probe ${applicationId} ${code ?? ''} ${String(Math.floor(nowMs / HOUR_MS))}`,
    title: `${name}: ${sourceOf(code ?? '') === 'gatehouse' ? 'Gatehouse itself now rejects its probes' : 'NHS England now answers differently'}`,
    body: `${whatIsWrong} (${code ?? ''}) Who must act: ${whoActs}.`,
    whatToDo: `${whatToDo} The checklist of the application shows the values.`,
    path: `/applications/${applicationId}/show`,
    odsCodes,
    staffId: null,
  };
}
