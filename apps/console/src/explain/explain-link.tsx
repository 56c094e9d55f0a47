import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

interface Props {
  readonly client?: string | null;
  readonly environment?: string | null;
  readonly organisation?: string | null;
}

/** To the page that explains a request, with what is known of it filled in. A path is never part of the address. */
export function ExplainLink({ client, environment, organisation }: Props) {
  if (!useMay('explain')) return null;
  const known = Object.entries({
    ...{ client, environment },
    'headers.NHSD-End-User-Organisation-ODS': organisation,
  }).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return (
    <Button
      size="small"
      variant="outlined"
      component={Link}
      to={`/explain?${new URLSearchParams(known).toString()}`}
      sx={{ m: 0.25 }}
    >
      Explain a request
    </Button>
  );
}
