import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

/** To the page that checks an assertion, with this application filled in. */
export function CheckAssertionLink({ applicationId }: { readonly applicationId: string }) {
  if (!useMay('assertionLint')) return null;
  return (
    <Button
      size="small"
      variant="outlined"
      component={Link}
      to={`/check-assertion?application=${applicationId}`}
      sx={{ m: 0.25 }}
    >
      Check an assertion
    </Button>
  );
}
