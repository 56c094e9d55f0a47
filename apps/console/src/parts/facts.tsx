import { Box, Card, CardContent, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { NONE } from './dates.js';

interface SectionProps {
  readonly title: string;
  /** For links to it. */
  readonly id?: string;
  readonly children: ReactNode;
}

/** A card with a heading. */
export function Section({ title, id, children }: SectionProps) {
  return (
    <Card id={id} sx={{ mb: 2, scrollMarginTop: '4rem' }}>
      <CardContent>
        <Typography variant="h2" gutterBottom>
          {title}
        </Typography>
        {children}
      </CardContent>
    </Card>
  );
}

/** Names and values. A null value is shown as a dash. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Box component="dl" sx={{ m: 0 }}>
      {facts.map(([name, value]) => (
        <Box
          key={name}
          sx={{ display: { sm: 'flex' }, gap: 2, py: 0.75, borderBottom: 1, borderColor: 'divider' }}
        >
          <Box component="dt" sx={{ color: 'text.secondary', width: '13rem', flexShrink: 0 }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere', minWidth: 0 }}>
            {value ?? NONE}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
