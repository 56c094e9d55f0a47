import type { KeyEmergencyView } from '@gatehouse/contracts/operation/key-emergency-routes';
import { type DisabledKey, stepsAtNhs, stillExposed } from '@gatehouse/domain/rotation/key-emergency';
import { instantOf } from '../http/paging.js';
import { ownerOf, WITH_OWNER } from '../keys/key-owner.js';
import { jwksUrlOf } from '../registry/applications.store.js';

/** What is read with an emergency. */
export const WITH_KEY = { signingKey: { include: WITH_OWNER } } as const;

interface EmergencyRow {
  readonly id: string;
  readonly kid: string;
  readonly reason: string;
  readonly disabledBy: string;
  readonly disabledByStaff: string | null;
  readonly disabledAt: Date;
  readonly wasActive: boolean;
  readonly takenOutAt: Date | null;
  readonly kmsDisabledAt: Date | null;
  readonly standbyKid: string | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly reviewNote: string | null;
  readonly signingKey: Parameters<typeof ownerOf>[0] & {
    readonly kmsKeyArn: string;
    readonly publishedAt: Date | null;
    readonly application: {
      readonly accessMode: string;
      readonly apimApplicationId: string | null;
      readonly asid: string | null;
    } | null;
  };
}

export function emergencyView(row: EmergencyRow, publicUrl: string): KeyEmergencyView {
  const { id, kid, reason, disabledBy, disabledByStaff, wasActive, standbyKid, signingKey } = row;
  const owner = ownerOf(signingKey);
  const { application } = signingKey;
  const disabled: DisabledKey = {
    ...{ kid, standbyKid, ownerKind: owner.kind, ownerName: owner.name, environment: owner.environment },
    accessMode: application?.accessMode ?? null,
    apimApplicationId: application?.apimApplicationId ?? null,
    asid: application?.asid ?? null,
    jwksUrl: jwksUrlOf(publicUrl, owner),
    kmsKeyArn: signingKey.kmsKeyArn,
    isDisabledInKms: row.kmsDisabledAt !== null,
    wasPublished: signingKey.publishedAt !== null,
    wasActive,
    disabledAtMs: row.disabledAt.getTime(),
    takenOutAtMs: row.takenOutAt?.getTime() ?? null,
  };
  return {
    ...{ id, kid, reason, disabledBy, disabledByPerson: disabledByStaff },
    ...{ wasActive, standbyKid },
    owner: { kind: owner.kind, id: owner.id, name: owner.name },
    disabledAt: row.disabledAt.toISOString(),
    takenOutAt: instantOf(row.takenOutAt),
    disabledInKmsAt: instantOf(row.kmsDisabledAt),
    exposed: stillExposed(disabled).map(({ text, untilMs }) => ({
      text,
      until: untilMs === null ? null : new Date(untilMs).toISOString(),
    })),
    stepsAtNhs: stepsAtNhs(disabled).map(({ whatToAsk, values }) => ({ whatToAsk, values: [...values] })),
    reviewedBy: row.reviewedBy,
    reviewedAt: instantOf(row.reviewedAt),
    reviewNote: row.reviewNote,
  };
}
