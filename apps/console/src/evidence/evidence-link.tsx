import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

/** To the page that makes an organisation's evidence pack. */
export function EvidenceLink({ odsCode }: { readonly odsCode: string }) {
  if (!useMay('evidencePackMake')) return null;
  return (
    <Button
      size="small"
      variant="outlined"
      component={Link}
      to={`/evidence-pack?organisation=${odsCode}`}
      sx={{ m: 0.25 }}
    >
      Evidence pack
    </Button>
  );
}
