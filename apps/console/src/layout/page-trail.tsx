import { Breadcrumbs, Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { MENU_GROUPS, type MenuEntry } from './menu-entries.js';

const ENTRIES = Object.values(MENU_GROUPS).flat();

/** The page of the menu that lists these records; undefined if none does. */
export const listPageOf = (path: string): MenuEntry | undefined => ENTRIES.find(({ to }) => to === path);

/**
 * The way back from the page of one record to its list. As in nhsuk-frontend, the page itself is not among the
 * breadcrumbs: its heading follows.
 */
export function PageTrail({ list }: { readonly list: string }) {
  const entry = listPageOf(list);
  const mayList = useMay(entry?.route ?? 'sessionShow');
  if (entry === undefined || !mayList) return null;
  return (
    <Breadcrumbs aria-label="Breadcrumb" sx={{ mb: 1 }}>
      <Link component={RouterLink} to="/">
        Today
      </Link>
      <Link component={RouterLink} to={entry.to}>
        {entry.text}
      </Link>
    </Breadcrumbs>
  );
}
