import { Button } from '@mui/material';
import { Suspense, useState } from 'react';
import { useMay } from '../api/use-may.js';
import { DownloadDialog } from './explorer/lazy-download-dialog.js';

const LABELS = { csv: 'CSV', ndjson: 'NDJSON' } as const;

/** Downloads the rows that the list's filter selects. */
export function DownloadButton({ format }: { readonly format: keyof typeof LABELS }) {
  const [isOpen, setOpen] = useState(false);
  if (!useMay('auditDownload')) return null;
  return (
    <>
      <Button
        size="small"
        onClick={() => {
          setOpen(true);
        }}
      >
        {LABELS[format]}
      </Button>
      {isOpen ? (
        <Suspense>
          <DownloadDialog
            format={format}
            label={LABELS[format]}
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
