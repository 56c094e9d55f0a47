/** What members of staff are notified of. Each chooses kinds; nobody is notified of what their roles do not cover. */
import type { Permission } from '../governance/permissions.js';

export interface NoticeKind {
  /** As people choose it. */
  readonly label: string;
  readonly description: string;
  /** People who have it for the organisations of the notice may receive it. */
  readonly permission: Permission;
}

export const NOTICE_KINDS = {
  'approval-requested': {
    label: 'Approvals requested',
    description: 'A change is waiting for a second person.',
    permission: 'change.decide',
  },
  'approval-decided': {
    label: 'Approvals decided',
    description: 'A change that you requested was approved or rejected.',
    permission: 'change.read',
  },
  sro: {
    label: 'Senior responsible owners',
    description: 'A link was created for an SRO, an SRO answered, or the review of an appointment is due.',
    permission: 'sro.read',
  },
  'emergency-stop': {
    label: 'Emergency stops',
    description:
      'Something was stopped in an emergency, such a stop was lifted, or a signing key was disabled at once.',
    permission: 'emergency.stop',
  },
  expiry: {
    label: 'Expiries',
    description: 'The last key of a client or a write exception is about to expire.',
    permission: 'registry.read',
  },
  'token-expiry': {
    label: 'API tokens that expire',
    description: 'Your API token, or one of a service, is about to expire.',
    permission: 'token.own',
  },
  'access-review': {
    label: 'Access review',
    description: 'A role of a member of staff has not been confirmed for a year.',
    permission: 'access.review',
  },
  upkeep: {
    label: 'Upkeep',
    description:
      'A client has not been used for 90 days, still calls what NHS England has deprecated, or a newer e-RS specification is known.',
    permission: 'registry.read',
  },
  'job-failed': {
    label: 'Failed jobs',
    description: 'A background job has failed permanently, or works again.',
    permission: 'registry.write',
  },
  alarm: {
    label: 'Alarms',
    description: 'Something needs attention now.',
    permission: 'emergency.stop',
  },
} as const satisfies Record<string, NoticeKind>;

export type NoticeKindName = keyof typeof NOTICE_KINDS;
export const NOTICE_KIND_NAMES = Object.keys(NOTICE_KINDS) as readonly NoticeKindName[];
