/** The columns of the audit trail, in its list and in the results of a search for a patient. */
import { Box } from '@mui/material';
import { moment, NONE } from '../parts/dates.js';
import type { Column } from '../parts/list/record-rows.js';
import { StateTag } from '../parts/state-tag.js';
import { sentenceCase } from '../parts/words.js';
import { eventInWords } from './event-words.js';

export type AuditRow = Readonly<Record<string, unknown>>;

export const OUTCOMES = ['COMPLETED', 'REFUSED', 'NOT_SENT', 'FAILED', 'UNKNOWN', 'WITHHELD'];

const textOf = (row: AuditRow, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : NONE;
};

/** The page of a request, or of an event that is none. */
export const hrefOf = (id: string, { kind }: AuditRow): string =>
  kind === 'SYSTEM' ? `/audit-events/${id}` : `/requests/${id}`;

export const COLUMNS: readonly Column<AuditRow>[] = [
  { label: 'Time', value: ({ startedAt }) => (typeof startedAt === 'string' ? moment(startedAt) : NONE) },
  {
    label: 'Event',
    value: (row) => (
      <Box component="span" sx={{ overflowWrap: 'normal' }}>
        {row['kind'] === 'SYSTEM' ? eventInWords(textOf(row, 'event')) : sentenceCase(textOf(row, 'kind'))}
      </Box>
    ),
  },
  {
    label: 'Outcome',
    value: ({ outcome }) => (typeof outcome === 'string' ? <StateTag state={outcome} /> : NONE),
  },
  { label: 'Interaction', value: (row) => textOf(row, 'interaction') },
  { label: 'Organisation', value: (row) => textOf(row, 'organisation') },
  { label: 'Who', value: (row) => textOf(row, row['kind'] === 'SYSTEM' ? 'actor' : 'client') },
  { label: 'Code', value: (row) => textOf(row, 'code') },
  { label: 'Attempt', value: (row) => textOf(row, 'attemptId') },
];
