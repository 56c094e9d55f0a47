import type { EmergencyStopView } from '@gatehouse/contracts/governance/stop-resources';
import type { Notice } from '@gatehouse/domain/notices/notice';

const STOPS = '/emergency-stops';

/** @param staffId who made the stop, and needs no notice of it */
export function stopNotice(stop: EmergencyStopView, staffId: string | null): Notice {
  const { id, kind, name, organisations, stoppedBy } = stop;
  return {
    ...{ kind: 'emergency-stop', onceKey: `stop ${id}`, title: `Emergency stop: ${name}` },
    body: `${stoppedBy} stopped this ${kind}. Its requests are rejected until the stop is lifted.`,
    whatToDo: 'Review the stop, if you did not make it. Lift it once it is safe.',
    ...{ path: STOPS, odsCodes: organisations, staffId: null, exceptStaffId: staffId },
  };
}

export function liftNotice({ id, kind, name, organisations, liftedBy }: EmergencyStopView): Notice {
  return {
    ...{ kind: 'emergency-stop', onceKey: `stop ${id} lifted`, title: `Emergency stop lifted: ${name}` },
    body: `${liftedBy ?? 'Somebody'} lifted the stop of this ${kind}. Its requests are served again.`,
    whatToDo: 'Nothing, unless you think that it is too early: then stop it again.',
    ...{ path: STOPS, odsCodes: organisations, staffId: null },
  };
}
