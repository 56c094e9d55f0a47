import type { PendingChangeView } from '@gatehouse/contracts/governance/change-resources';
import { Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';

/** Says that nothing has changed yet, and where the request waits. */
export function SentForApproval({ change }: { readonly change: Pick<PendingChangeView, 'id' | 'rules'> }) {
  return (
    <>
      Nothing has changed yet. A second person must approve {change.rules.join(' and ')}.{' '}
      <Link component={RouterLink} to={`/changes/${change.id}/show`} color="inherit">
        View the request
      </Link>
    </>
  );
}
