import { Box, Typography } from '@mui/material';
import { EnvironmentTag } from '../../environments/environment-tag.js';

/** What a dialog is about, and what happens to it. */
export interface Target {
  readonly name: string;
  /** Where it takes effect; none: in every environment. */
  readonly environments: readonly string[];
  /** What stops, in a sentence. */
  readonly effect: string;
}

export function DialogTarget({ name, environments, effect }: Target) {
  return (
    <Box sx={{ mb: 1 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography component="strong" sx={{ fontWeight: 600 }}>
          {name}
        </Typography>
        {environments.map((environment) => (
          <EnvironmentTag key={environment} environment={environment} />
        ))}
      </Box>
      <Typography>{effect}</Typography>
    </Box>
  );
}
