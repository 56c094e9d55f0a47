import { type Field, REASON_IN_TRAIL, type Texts } from '../parts/form/fields.js';
import { OUTCOMES } from './columns.js';

export const PATIENT_SEARCH_FIELDS: readonly Field[] = [
  { name: 'nhsNumber', label: 'NHS number' },
  { name: 'ubrn', label: 'UBRN' },
  REASON_IN_TRAIL,
  {
    ...{ name: 'organisation', label: 'ODS code', suggests: 'organisation' },
    help: 'Leave empty for all organisations that you may see',
  },
  { name: 'client', label: 'Client', suggests: 'client' },
  { name: 'interaction', label: 'Interaction', help: 'For example A005' },
  { name: 'outcome', label: 'Outcome', choices: ['', ...OUTCOMES] },
  { name: 'correlationId', label: 'Correlation id' },
  { name: 'upstreamRequestId', label: 'X-Request-ID of e-RS' },
  { name: 'userId', label: 'CIS2 user id' },
  { name: 'applicationId', label: 'Application id' },
  { name: 'from', label: 'From', help: 'London time', kind: 'moment' },
  { name: 'until', label: 'Until', help: 'London time', kind: 'moment' },
];

/** People write an NHS number or a UBRN in groups. */
export function withoutSeparators(texts: Texts): Texts {
  const plain = (text = ''): string => text.replaceAll(/[\s-]/g, '');
  return { ...texts, nhsNumber: plain(texts['nhsNumber']), ubrn: plain(texts['ubrn']) };
}
