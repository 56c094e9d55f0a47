/** Who receives a notice by email. */
import { type HeldRole, reaches, reachOf, type StaffRole } from '../governance/permissions.js';
import { NOTICE_KINDS, type NoticeKindName } from './notice-kinds.js';

export interface Addressee {
  readonly staffId: string;
  readonly isActive: boolean;
  readonly email: string | null;
  readonly roles: readonly HeldRole[];
  /** Kinds that they have switched off. */
  readonly unwanted: readonly string[];
}

export interface AddressedNotice {
  readonly kind: NoticeKindName;
  readonly odsCodes: readonly string[];
  /** The one person whom it is for; null: all whose role covers it. */
  readonly staffId: string | null;
  readonly exceptStaffId: string | null;
  /** Only people with one of these; empty: with any. */
  readonly roles: readonly string[];
}

/** Whether this person receives it: they are active, want it, and their roles let them see what it is about. */
export function receives(person: Addressee, notice: AddressedNotice): boolean {
  if (!person.isActive || person.email === null || person.unwanted.includes(notice.kind)) return false;
  return concerns(person, notice);
}

/** Whether a person may see it, in the console and by email: their roles cover what it is about. */
export function concerns(
  { staffId, roles }: Pick<Addressee, 'staffId' | 'roles'>,
  notice: AddressedNotice,
): boolean {
  if (staffId === notice.exceptStaffId) return false;
  if (notice.staffId !== null && notice.staffId !== staffId) return false;
  const covering = roles.filter(({ role }) => isWanted(role, notice.roles));
  const reach = reachOf({ roles: covering, scopes: null }, NOTICE_KINDS[notice.kind].permission);
  return reach !== null && reaches(reach, notice.odsCodes);
}

const isWanted = (role: StaffRole, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.includes(role);
