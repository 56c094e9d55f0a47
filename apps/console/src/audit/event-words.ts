import { sentenceCase } from '../parts/words.js';

const EVENTS: Readonly<Record<string, string>> = {
  AUDIT_READ: 'Audit trail read',
  AUDIT_SEARCH: 'Patient searched for',
  AUDIT_LIVE: 'Live view of the audit trail begun',
  AUDIT_LIVE_END: 'Live view of the audit trail ended',
  AUDIT_EXPORT: 'Export begun',
  AUDIT_EXPORT_END: 'Export ended',
  EVIDENCE_PACK: 'Evidence pack made',
  IDENTIFIER_REVEAL: 'Patient identifier reveal',
  USER_SIGNED_IN: 'User signed in',
  USER_SIGN_IN_REJECTED: 'Sign-in of a user rejected',
  USER_ROLE_CHANGED: 'User changed role',
  USER_SESSION_ENDED: 'User session ended',
  KMS_SIGNATURES: 'Signatures made in KMS',
  SIGNATURES_REVIEWED: 'Signatures without a record reviewed',
  SIGNATURES_UNRECORDED: 'Signatures in KMS without a record',
  TRAIL_FAULT: 'Record of the trail is not what was written',
  TRAIL_VERIFICATION_REQUESTED: 'Verification of the whole trail requested',
  ROLLUPS_REBUILT: 'Roll-ups of the trail made again',
  TRAIL_ARCHIVED: 'Month of the trail archived',
  TRAIL_BEHIND_CHECKPOINT: 'Trail behind its checkpoint',
  JOB_REQUESTED: 'Background job requested',
  JOB_RETRIED: 'Background job retried',
  CATALOGUE_COMPARED: 'Newer e-RS specification recorded',
  ODS_FILE_LOADED: 'Organisations of the NHS loaded',
  WEBHOOK_CREATED: 'Webhook created',
  WEBHOOK_ENDED: 'Webhook ended',
  WEBHOOK_TESTED: 'Webhook tested',
  WEBHOOK_SECRET_ROTATED: 'Secret of a webhook replaced',
  WEBHOOK_FORMER_SECRET_ENDED: 'Old secret of a webhook ended',
  NOTICE_RETRIED: 'Notice sent again',
  JOB_DEAD: 'Background job failed permanently',
  USER_NAME_SHOWN: 'Name of a user shown',
  SUPPORT_BUNDLE: 'Support bundle downloaded',
  ADMIN_TOKEN_REJECTED: 'Admin token rejected',
  ANSWER_WITHHELD: 'Answer withheld',
  AUDIT_OUTAGE: 'Audit trail could not be written',
  AUDIT_VOLUME_FULL: 'Volume of the audit trail full',
  CONNECTION_REJECTED: 'Connection rejected',
  EXPLANATION: 'Decision explained',
  IMPACT_PLAN: 'Event plan',
  KEY_DELETION: 'Deletion of signing keys',
  KEY_EMERGENCY: 'Emergency of a signing key',
  KEY_ROTATION: 'Rotation of a signing key',
  KEY_STATE: 'State of a signing key changed',
  LIVE_CHECK: 'Application checked with NHS England',
  MINT_FAILED: 'Token not issued',
  MINT_OK: 'Token issued',
  REJECTION_SUMMARY: 'Rejections counted together',
  STAFF_SIGNED_IN: 'Member of staff signed in',
  SIGN_IN_REJECTED: 'Sign-in of a member of staff rejected',
  WRITER_SWEPT: 'Chain of a stopped writer closed',
};

/** What happened, in words: an event of the trail that is no request. */
export const eventInWords = (event: string): string => EVENTS[event] ?? sentenceCase(event);

/** Every event that has words, by them, for people to choose from. */
export const EVENT_CHOICES = Object.entries(EVENTS)
  .map(([id, name]) => ({ id, name }))
  .toSorted((one, other) => one.name.localeCompare(other.name));
