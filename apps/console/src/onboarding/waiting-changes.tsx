import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box } from '@mui/material';
import { rolesThatDecide } from '../changes/deciders.js';
import { summaryInShort } from '../changes/summary.js';
import { PageLink } from '../parts/page-link.js';

type Changes = AnswerOf<'changeList'>['items'];

/** What waits for a second person, and who that may be. It goes away by itself once somebody has decided. */
export function WaitingChanges({ changes }: { readonly changes: Changes }) {
  return changes.map((change) => (
    <Alert key={change.id} severity="info" sx={{ mb: 1 }}>
      <Box sx={{ overflowWrap: 'anywhere' }}>
        <PageLink to={`/changes/${change.id}/show`}>{summaryInShort(change)}</PageLink> Requested by{' '}
        {change.requestedBy}. Somebody else must approve it ({rolesThatDecide(change)}). This page goes on by
        itself.
      </Box>
    </Alert>
  ));
}
