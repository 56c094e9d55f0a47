import type { RouteName } from '@gatehouse/contracts/routes';
import { Button, Link } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

interface Props {
  /** A page of the console, or `#id` of something on this page. */
  readonly to: string;
  readonly children: ReactNode;
}

export function PageLink({ to, children }: Props) {
  if (to.startsWith('#')) return <Link href={to}>{children}</Link>;
  return (
    <Link component={RouterLink} to={to}>
      {children}
    </Link>
  );
}

interface ButtonProps {
  /** What the page calls: whoever may not call it is shown no button. */
  readonly route: RouteName;
  readonly to: string;
  /** The fields of the page that are filled in, by their names. What is not known is left out. */
  readonly known: Readonly<Record<string, string | null | undefined>>;
  readonly children: string;
}

/** Leads to a page whose fields are filled in with what is known here. */
export function PageButton({ route, to, known, children }: ButtonProps) {
  if (!useMay(route)) return null;
  const fields = Object.entries(known).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return (
    <Button
      size="small"
      variant="outlined"
      component={RouterLink}
      to={`${to}?${new URLSearchParams(fields).toString()}`}
      sx={{ m: 0.25 }}
    >
      {children}
    </Button>
  );
}
