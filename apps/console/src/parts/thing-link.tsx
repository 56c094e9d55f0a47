import type { Thing } from '@gatehouse/contracts/governance/change-resources';
import { Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';

/** An organisation, application or client by its name, with a link to its page. */
export function ThingLink({ kind, id, name, environment }: Thing) {
  const record = kind === 'client' ? `${environment ?? ''}~${name}` : id;
  return (
    <Link component={RouterLink} to={`/${kind}s/${encodeURIComponent(record)}/show`}>
      {kind === 'organisation' ? `${name} (${id})` : name}
    </Link>
  );
}
