import { Alert } from '@mui/material';
import { PRODUCTION } from '../theme.js';
import { placeOf } from './environment-words.js';
import { useEnvironments } from './use-environments.js';

const FILLED = { ...PRODUCTION, mb: 1.5, '& .MuiAlert-icon': { color: 'inherit' } };

interface Props {
  /** None: it is about no environment, or about all of them. */
  readonly environments: readonly string[];
}

/** Where what a dialog does counts. Production is filled with colour, so that nobody takes it for another one. */
export function Place({ environments }: Props) {
  const all = useEnvironments();
  if (all.length === 0) return null;
  const { isProduction, text } = placeOf(environments, all);
  return isProduction ? (
    <Alert severity="error" role="note" sx={FILLED}>
      {text}
    </Alert>
  ) : (
    <Alert severity="info" role="note" sx={{ mb: 1.5 }}>
      {text}
    </Alert>
  );
}
