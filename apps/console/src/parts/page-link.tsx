import { Link } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';

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
