/** A notice to staff: what happened, and what to do. It never holds an identifier of a patient, or a secret. */
import { withoutNhsNumbers } from '../input/nhs-number.js';
import type { StaffRole } from '../governance/permissions.js';
import type { NoticeKindName } from './notice-kinds.js';

/** Texts are plain. They quote names of records and of staff, and no text that somebody typed as a reason. */
export interface Notice {
  readonly kind: NoticeKindName;
  /**
   * Names the cause where it is found again and again, as by a job that looks for keys about to expire: one notice is
   * kept for each key (`client-key 0b7c… 30 days`). Null: each call is a notice.
   */
  readonly onceKey: string | null;
  /** One line, at most 200 characters. */
  readonly title: string;
  /** At most 2,000 characters; may be empty. */
  readonly body: string;
  /** What the reader should do, at most 1,000 characters. */
  readonly whatToDo: string;
  /** Of the console's page that shows it: `/changes/0b7c…`. */
  readonly path: string;
  /** Whom it concerns: only people whose role covers all of these receive it. Empty: only people without a limit. */
  readonly odsCodes: readonly string[];
  /** The one person whom it is for; null: all whose role covers it. */
  readonly staffId: string | null;
  /** Who does not receive it, although their role covers it: it is about what they did. */
  readonly exceptStaffId?: string | null;
  /** Only people with one of these roles receive it. Absent: everybody who has the permission of its kind. */
  readonly roles?: readonly StaffRole[];
}

const TITLE_LENGTH = 200;
const BODY_LENGTH = 2_000;
const WHAT_TO_DO_LENGTH = 1_000;

/** As it is kept: names may have been typed by anybody, so NHS numbers are hidden, and texts that are too long end in `…`. */
export function keptNotice(notice: Notice): Notice {
  return {
    ...notice,
    title: shortened(notice.title.replace(/\s+/g, ' ').trim(), TITLE_LENGTH),
    body: shortened(notice.body, BODY_LENGTH),
    whatToDo: shortened(notice.whatToDo, WHAT_TO_DO_LENGTH),
  };
}

function shortened(text: string, length: number): string {
  const safe = withoutNhsNumbers(text);
  return safe.length <= length ? safe : `${safe.slice(0, length - 1)}…`;
}
