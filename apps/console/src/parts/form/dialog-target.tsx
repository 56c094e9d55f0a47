import { Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';

/** What a dialog is about, and what happens to it. */
export interface Target {
  readonly name: string;
  /** Where it takes effect; none: in every environment. */
  readonly environments: readonly string[];
  /** What stops, in a sentence. */
  readonly effect: string;
  /** What that would have meant lately; read once the dialog is open. */
  readonly atStake?: ReactNode;
}

export function DialogTarget({ name, effect, atStake }: Omit<Target, 'environments'>) {
  return (
    <Box sx={{ mb: 1 }}>
      <Typography component="strong" sx={{ fontWeight: 600 }}>
        {name}
      </Typography>
      <Typography>{effect}</Typography>
      {atStake}
    </Box>
  );
}
