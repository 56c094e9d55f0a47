import { Box, Typography } from '@mui/material';

/** What a dialog is about, and what happens to it. */
export interface Target {
  readonly name: string;
  /** Where it takes effect; none: in every environment. */
  readonly environments: readonly string[];
  /** What stops, in a sentence. */
  readonly effect: string;
}

export function DialogTarget({ name, effect }: Pick<Target, 'name' | 'effect'>) {
  return (
    <Box sx={{ mb: 1 }}>
      <Typography component="strong" sx={{ fontWeight: 600 }}>
        {name}
      </Typography>
      <Typography>{effect}</Typography>
    </Box>
  );
}
