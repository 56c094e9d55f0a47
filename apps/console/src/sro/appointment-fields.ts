/** What is entered when a senior responsible owner is appointed. */
import { type Field, REASON_OPTIONAL } from '../parts/form/fields.js';

/** Who it is, and the authority that the appointment rests on. */
export const APPOINTEE: readonly Field[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'email', label: 'Email', required: true },
  { name: 'jobTitle', label: 'Job title', required: true },
  { name: 'spineUserId', label: 'Spine user id', required: true, help: '12 digits' },
  { name: 'authority.cioName', label: 'CIO who authorised the appointment', required: true },
  { name: 'authority.reference', label: 'Reference of the authority', required: true },
  { name: 'authority.date', label: 'Date of the authority', kind: 'date', required: true },
  {
    name: 'authority.documentSha256',
    label: 'Authority document',
    kind: 'document',
    required: true,
    help: 'The signed authority. Its SHA-256 is worked out in your browser, and only that is sent.',
  },
];

export const PERSON: readonly Field[] = [
  {
    name: 'environments',
    label: 'Environments',
    kind: 'list',
    suggests: 'environment',
    required: true,
    help: 'Separate them with commas: int, prod',
  },
  ...APPOINTEE,
  { name: 'startsOn', label: 'First day', kind: 'date', help: 'The day of acceptance, if left empty' },
  { name: 'reviewDueOn', label: 'Review due on', kind: 'date', help: 'A year from today, if left empty' },
  { name: 'graceDays', label: 'Grace period in days', kind: 'number', initial: '0' },
  REASON_OPTIONAL,
];
export const APPOINTMENT: readonly Field[] = [
  { name: 'organisation', label: 'ODS code', required: true, suggests: 'organisation' },
  { name: 'role', label: 'Role', choices: ['owner', 'deputy'], required: true, initial: 'owner' },
  ...PERSON,
];
