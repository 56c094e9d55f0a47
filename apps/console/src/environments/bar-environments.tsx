import { Box, Chip } from '@mui/material';
import { PRODUCTION } from '../theme.js';
import { servedEnvironments } from './environment-words.js';
import { useEnvironments } from './use-environments.js';

/** The environments that this installation serves, in the bar of every page. Production is filled, the others are not. */
export function BarEnvironments({ isNarrow }: { readonly isNarrow: boolean }) {
  const served = servedEnvironments(useEnvironments());
  const shown = isNarrow ? served.slice(0, 1) : served;
  const more = served.length - shown.length;
  if (served.length === 0) return null;
  const names = served.map(({ name }) => name).join(', ');
  return (
    <Box
      role="group"
      aria-label={`Served here: ${names}`}
      title={names}
      sx={{ display: 'flex', gap: 0.5, mx: 0.5, alignItems: 'center' }}
    >
      {shown.map(({ name, isProduction }) => (
        <Chip
          key={name}
          size="small"
          label={name}
          variant={isProduction ? 'filled' : 'outlined'}
          // The bar is blue in both colour modes.
          sx={{
            border: 1,
            borderColor: 'currentColor',
            ...(isProduction ? PRODUCTION : { color: 'inherit' }),
          }}
        />
      ))}
      {more === 0 ? null : <span>+{more}</span>}
    </Box>
  );
}
