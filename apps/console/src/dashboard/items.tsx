/** Lists of “Today”: a section for what needs a person, which takes no room if it is empty. */
import { Link, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { Section } from '../parts/facts.js';

interface ItemsProps {
  readonly title: string;
  /** For links to it. */
  readonly id?: string;
  readonly children: readonly ReactNode[];
}

export function Items({ children, ...section }: ItemsProps) {
  return children.length === 0 ? null : <Section {...section}>{children}</Section>;
}

interface ItemProps {
  /** The page behind the name. */
  readonly to: string;
  readonly name: string;
  readonly children: ReactNode;
}

export function Item({ to, name, children }: ItemProps) {
  return (
    <Typography component="div" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={to}>
        {name}
      </Link>
      <Typography color="text.secondary" variant="body2">
        {children}
      </Typography>
    </Typography>
  );
}
