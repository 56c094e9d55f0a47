import { Box, Chip } from '@mui/material';
import { PRODUCTION } from '../theme.js';
import { useEnvironments } from './use-environments.js';

/** An environment, by its name and a colour. Production alone is filled, so that nobody takes it for another one. */
export function EnvironmentTag({ environment }: { readonly environment: string }) {
  const isProduction = useEnvironments().some((each) => each.isProduction && each.name === environment);
  return (
    <Chip
      size="small"
      label={environment}
      variant={isProduction ? 'filled' : 'outlined'}
      sx={isProduction ? PRODUCTION : {}}
    />
  );
}

/** Several environments. */
export function EnvironmentTags({ environments }: { readonly environments: readonly string[] }) {
  return (
    <Box component="span" sx={{ display: 'inline-flex', flexWrap: 'wrap', gap: 0.5 }}>
      {environments.map((environment) => (
        <EnvironmentTag key={environment} environment={environment} />
      ))}
    </Box>
  );
}
