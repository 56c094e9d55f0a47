import { Chip, type ChipProps } from '@mui/material';
import { sentenceCase } from './words.js';

const COLOURS: Readonly<Record<string, ChipProps['color']>> = {
  // Records of the registry
  draft: 'info',
  works: 'success',
  refused: 'error',
  active: 'success',
  live: 'success',
  usable: 'success',
  suspended: 'error',
  revoked: 'error',
  expired: 'warning',
  // Replicas
  well: 'success',
  unwell: 'error',
  silent: 'warning',
  // Steps of a checklist
  done: 'success',
  'to do': 'warning',
  ready: 'info',
  'entered here': 'info',
  // Signing keys
  PENDING: 'info',
  PUBLISHED: 'info',
  ACTIVE: 'success',
  RETIRING: 'warning',
  // Senior responsible owners and what depends on them
  proposed: 'info',
  accepted: 'info',
  'in force': 'success',
  'to be co-signed': 'info',
  'review due': 'warning',
  'review within 60 days': 'warning',
  'review within 30 days': 'warning',
  'review within 7 days': 'error',
  overdue: 'error',
  lapsed: 'error',
  open: 'success',
  'open through a deputy only': 'warning',
  'open in the grace period only': 'error',
  closed: 'error',
  // Changes
  pending: 'info',
  approved: 'success',
  rejected: 'error',
  stale: 'warning',
  create: 'success',
  update: 'info',
  retire: 'warning',
  // The ASID plan
  present: 'success',
  missing: 'error',
  'half done': 'warning',
  duplicated: 'warning',
  misplaced: 'warning',
  // Background jobs and their queue
  waiting: 'info',
  failed: 'error',
  sent: 'success',
  unread: 'info',
  working: 'success',
  'partly away': 'warning',
  away: 'error',
  'no worker': 'error',
  // Outcomes of a request
  COMPLETED: 'success',
  REFUSED: 'error',
  FAILED: 'error',
  NOT_SENT: 'warning',
  UNKNOWN: 'warning',
  WITHHELD: 'warning',
};

/** A state in words. The colour only repeats them. */
export function StateTag({ state }: { readonly state: string }) {
  return (
    <Chip label={sentenceCase(state)} size="small" variant="outlined" color={COLOURS[state] ?? 'default'} />
  );
}
