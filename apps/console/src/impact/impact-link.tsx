import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

interface Props {
  /** The fields of the event that are known already. */
  readonly event: Readonly<Record<string, string>>;
  readonly children: string;
}

/** To the page that shows what an event would hit. */
export function ImpactLink({ event, children }: Props) {
  if (!useMay('impactShow')) return null;
  return (
    <Button
      size="small"
      variant="outlined"
      component={Link}
      to={`/impact?${new URLSearchParams(event).toString()}`}
      sx={{ m: 0.25 }}
    >
      {children}
    </Button>
  );
}
