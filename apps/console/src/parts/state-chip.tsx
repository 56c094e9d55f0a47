import { Chip, type ChipProps } from '@mui/material';

const COLOURS: Readonly<Record<string, ChipProps['color']>> = {
  active: 'success',
  live: 'success',
  usable: 'success',
  'in force': 'success',
  ACTIVE: 'success',
  COMPLETED: 'success',
  suspended: 'error',
  lapsed: 'error',
  revoked: 'error',
  REFUSED: 'error',
  FAILED: 'error',
  create: 'success',
  update: 'info',
  retire: 'warning',
  present: 'success',
  missing: 'error',
  'half done': 'warning',
  duplicated: 'warning',
  misplaced: 'warning',
  approved: 'success',
  rejected: 'error',
  stale: 'warning',
  pending: 'info',
  draft: 'info',
  proposed: 'info',
  accepted: 'info',
  'to be co-signed': 'info',
  overdue: 'error',
  closed: 'error',
  'review within 60 days': 'warning',
  'review within 30 days': 'warning',
  'review within 7 days': 'error',
  open: 'success',
  'open by a deputy alone': 'warning',
  'open by grace alone': 'error',
  PENDING: 'info',
  PUBLISHED: 'info',
  RETIRING: 'warning',
  expired: 'warning',
  UNKNOWN: 'warning',
};

/** A state in words; the colour only repeats them. */
export function StateChip({ state }: { readonly state: string }) {
  return <Chip label={state} size="small" variant="outlined" color={COLOURS[state] ?? 'default'} />;
}
