/** Attempts of the trail as rows of a table: in the list, and in what a search for a patient finds. */
import { Box } from '@mui/material';
import { moment } from '../parts/day.js';
import type { Column } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

export type AuditRow = Readonly<Record<string, unknown>>;

export const OUTCOMES = ['COMPLETED', 'REFUSED', 'NOT_SENT', 'FAILED', 'UNKNOWN', 'WITHHELD'];

/** A moment as a browser's field gives it. */
export const toInstant = (value: string): string => (value === '' ? '' : new Date(value).toISOString());

const text = (row: AuditRow, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
};

export const COLUMNS: readonly Column<AuditRow>[] = [
  { label: 'Time', value: (row) => (typeof row.startedAt === 'string' ? moment(row.startedAt) : '–') },
  {
    label: 'Kind',
    value: (row) => (
      <Box component="span" sx={{ overflowWrap: 'normal' }}>
        {row.kind === 'SYSTEM' ? text(row, 'event') : text(row, 'kind')}
      </Box>
    ),
  },
  {
    label: 'Outcome',
    value: (row) => (typeof row.outcome === 'string' ? <StateChip state={row.outcome} /> : '–'),
  },
  { label: 'Interaction', value: (row) => text(row, 'interaction') },
  { label: 'Organisation', value: (row) => text(row, 'organisation') },
  { label: 'Client', value: (row) => text(row, 'client') },
  { label: 'Code', value: (row) => text(row, 'code') },
  { label: 'Attempt', value: (row) => text(row, 'attemptId') },
];
