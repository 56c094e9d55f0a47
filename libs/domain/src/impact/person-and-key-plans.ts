/** The plans for a senior responsible owner who leaves and for a signing key that may be in the wrong hands. */
import { isInForce } from '../governance/sro.js';
import type { Organisation } from '../registry/registry.js';
import type { Step } from './ordered-plan.js';

/** @param effectiveMs the first moment without the owner */
export function ownerPlan(
  organisation: Organisation,
  appointmentId: string,
  { nowMs, effectiveMs }: { readonly nowMs: number; readonly effectiveMs: number },
): readonly Step[] {
  const { odsCode, sroAppointments, bindings } = organisation;
  const leaving = sroAppointments.find(({ id }) => id === appointmentId);
  const others = sroAppointments.filter(({ id }) => id !== appointmentId);
  const environments = leaving?.environments ?? [];
  const isAppointed = environments.every((name) => others.some((sro) => coversEnvironment(sro, name, nowMs)));
  const isAccepted = environments.every((name) => others.some((sro) => isInForce(sro, name, effectiveMs)));
  const exceptions = bindings
    .flatMap(({ application }) => application.writeExceptions)
    .filter(({ revokedAtMs, expiresAtMs }) => revokedAtMs === null && expiresAtMs > nowMs);
  const page = '/sro-appointments';
  return [
    {
      id: 'appoint',
      title: `Appoint a new owner for ${odsCode}`,
      detail: `Let the new appointment cover ${environments.join(', ') || 'the same environments'} and start on the day the other leaves. The CIO’s written authority is needed.`,
      whoActs: 'your team',
      after: [],
      isDone: isAppointed,
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page, command: 'gatehouse sro appoint' },
    },
    {
      id: 'accept',
      title: 'Accept the appointment',
      detail: 'The new owner accepts by the link that is sent to them. Before that, they are not in force.',
      whoActs: 'the organisation',
      after: ['appoint'],
      isDone: isAccepted,
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page, command: 'gatehouse sro link ID' },
    },
    {
      id: 'withdraw',
      title: 'Withdraw the old appointment',
      detail: 'Without another owner in force, application-restricted calls are refused at once.',
      whoActs: 'your team',
      after: ['accept'],
      isDone: leaving === undefined || leaving.withdrawnAtMs !== null,
      closedBy: 'plan',
      fromFirstDay: true,
      ...{ page, command: `gatehouse sro withdraw ${appointmentId}` },
    },
    {
      id: 'exceptions',
      title: 'Review the write exceptions with the new owner',
      detail: `Exceptions in force: ${exceptions.length}. They stay open when the owner leaves: the new owner says whether they are still wanted.`,
      whoActs: 'the organisation',
      after: ['accept'],
      isDone: exceptions.length === 0 ? true : null,
      closedBy: 'person',
      fromFirstDay: false,
      ...{ page: '/write-exceptions', command: 'gatehouse exceptions list' },
    },
  ];
}

/** Appointed, and in force once accepted. */
function coversEnvironment(
  sro: Organisation['sroAppointments'][number],
  environment: string,
  nowMs: number,
): boolean {
  const isOpen = sro.withdrawnAtMs === null || sro.withdrawnAtMs > nowMs;
  return isOpen && sro.environments.includes(environment);
}

export function keyPlan({
  kid,
  isPublished,
  standbyKid,
  hasActiveKey,
}: {
  readonly kid: string;
  readonly isPublished: boolean;
  readonly standbyKid: string | null;
  /** Another key than the suspected one. */
  readonly hasActiveKey: boolean;
}): readonly Step[] {
  const standby =
    standbyKid === null
      ? 'No other key can sign at once: calls are refused until a new key is published and API Management’s copy of the JWKS is an hour old.'
      : `The key ${standbyKid} signs in its place at once.`;
  const calmly =
    standbyKid === null
      ? ''
      : ' If the suspicion is weak, an approved plan lets another key sign and takes this one out of the JWKS instead, and no call is refused.';
  const removal: Step = {
    id: 'remove',
    title: `Take ${kid} out of the JWKS`,
    detail:
      'Not before the assertions and tokens that it signed have expired. It is disabled in KMS afterwards, like every key that was removed.',
    whoActs: 'your team',
    after: ['sign'],
    isDone: !isPublished,
    closedBy: 'plan',
    fromFirstDay: false,
    ...{ page: '/signing-keys', command: `gatehouse keys remove ${kid}` },
  };
  return [
    {
      id: 'disable',
      title: 'Disable the key now',
      detail: `One person does this at once, whether or not a plan is approved, and somebody else reviews it afterwards. The key is disabled in KMS and its tokens are dropped everywhere. ${standby}${calmly}`,
      whoActs: 'your team',
      after: [],
      isDone: !isPublished,
      closedBy: 'registry',
      fromFirstDay: false,
      ...{ page: '/key-emergencies', command: `gatehouse keys disable-now ${kid}` },
    },
    {
      id: 'nhs',
      title: 'Tell NHS England, and have its tokens revoked',
      detail:
        'The page of the emergency lists the values to quote and what stays exposed: tokens already issued, and API Management’s copy of the JWKS.',
      whoActs: 'NHS England',
      after: ['disable'],
      isDone: null,
      closedBy: 'person',
      fromFirstDay: false,
      ...{ page: '/key-emergencies', command: 'gatehouse keys emergencies' },
    },
    {
      id: 'sign',
      title: 'Sign with another key',
      detail: standby,
      whoActs: 'your team',
      after: standbyKid === null ? ['disable'] : [],
      isDone: hasActiveKey,
      closedBy: standbyKid === null ? 'registry' : 'plan',
      fromFirstDay: false,
      ...{
        page: '/signing-keys',
        command: standbyKid === null ? 'gatehouse keys create' : `gatehouse keys activate ${standbyKid}`,
      },
    },
    ...(standbyKid === null ? [] : [removal]),
    {
      id: 'review',
      title: 'Review the emergency',
      detail: 'Somebody other than the person who disabled the key reviews it.',
      whoActs: 'your team',
      after: ['disable'],
      isDone: null,
      closedBy: 'person',
      fromFirstDay: false,
      ...{ page: '/key-emergencies', command: 'gatehouse keys review ID' },
    },
  ];
}
