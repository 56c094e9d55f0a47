import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

interface Props {
  readonly odsCode: string;
  /** The day that the pack is to cover, as `2026-03-02`; without it, the page asks for the period. */
  readonly date?: string;
}

/** To the page that makes an organisation's evidence pack. */
export function EvidenceLink({ odsCode, date }: Props) {
  if (!useMay('evidencePackMake')) return null;
  const period = date === undefined ? '' : `&from=${date}&until=${date}`;
  return (
    <Button
      size="small"
      variant="outlined"
      component={Link}
      to={`/evidence-pack?organisation=${odsCode}${period}`}
      sx={{ m: 0.25 }}
    >
      Evidence pack
    </Button>
  );
}
