/** What a collector gets of a record: a line of JSON, or nothing. */
import { auditEventOf } from '@gatehouse/domain/audit/fhir/audit-event';
import type { StreamedRecord } from './stream.store.js';

export const STREAM_FORMATS = ['records', 'fhir'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

export interface Formatter {
  readonly contentType: string;
  /** Whether an OUTCOME has to come with its INTENT. */
  readonly withIntents: boolean;
  lineOf(record: StreamedRecord): string | null;
}

/** The records as they lie in the trail, with their hashes. Patients' identifiers are sealed beside them, and left out. */
const RECORDS: Formatter = {
  contentType: 'application/x-ndjson',
  withIntents: false,
  lineOf: ({ writer, seq, prevHash, hash, record }) =>
    JSON.stringify({ writer, seq, prevHash, hash, record }),
};

/** @param hostOf the host of e-RS in an environment; null if it is not known */
export function formatterOf(format: StreamFormat, hostOf: (environment: string) => string | null): Formatter {
  if (format === 'records') return RECORDS;
  return {
    contentType: 'application/fhir+ndjson',
    withIntents: true,
    lineOf(record) {
      const event = auditEventOf(record, hostOf);
      return event === null ? null : JSON.stringify(event);
    },
  };
}
