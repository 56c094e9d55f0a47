/** What staff are notified of in an emergency of a signing key. Never the reason: people may type anything there. */
import type { Notice } from '@gatehouse/domain/notices/notice';

interface EmergencyFacts {
  readonly id: string;
  readonly kid: string;
  readonly odsCodes: readonly string[];
  readonly disabledBy: string;
  readonly disabledByStaff: string | null;
}

const pageOf = (id: string): string => `/key-emergencies/${id}/show`;

export function emergencyNotice(emergency: EmergencyFacts & { readonly ownerName: string }): Notice {
  const { id, kid, ownerName, odsCodes, disabledBy, disabledByStaff } = emergency;
  return {
    ...{
      kind: 'emergency-stop',
      onceKey: `key emergency ${id}`,
      title: `Signing key disabled: ${ownerName}`,
    },
    body: `${disabledBy} disabled key ${kid} at once, because it may be in the wrong hands.`,
    whatToDo:
      'Review it, if you did not disable the key. Its page says what stays exposed and what to ask NHS England for.',
    ...{ path: pageOf(id), odsCodes, staffId: null, exceptStaffId: disabledByStaff },
  };
}

export function unconfirmedNotice(emergency: EmergencyFacts & { readonly kmsKeyArn: string }): Notice {
  const { id, kid, odsCodes, kmsKeyArn } = emergency;
  return {
    ...{
      kind: 'alarm',
      onceKey: `key emergency ${id} unconfirmed`,
      title: `AWS KMS has not disabled key ${kid}`,
    },
    body: 'Gatehouse signs nothing with the key and keeps trying to disable it. Anyone who has access to the KMS key can still use it.',
    whatToDo: `Disable it yourself now: aws kms disable-key --key-id ${kmsKeyArn}`,
    ...{ path: pageOf(id), odsCodes, staffId: null },
  };
}
