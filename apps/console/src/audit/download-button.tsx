/** Downloads the rows that the list's filter selects. It may take long, so it shows its progress and can be cancelled. */
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  Typography,
} from '@mui/material';
import { useId, useRef, useState } from 'react';
import { useListContext } from 'react-admin';
import { messageOf, ProblemError } from '../api/problem-error.js';
import { streamRoute } from '../api/stream-route.js';
import { useMay } from '../api/use-may.js';
import { saveFile } from '../parts/save-file.js';
import { asked } from './explorer/quick-filters.js';
import { coverageOfHeader, coverageText, type Covers } from './coverage-words.js';

const FORMATS = {
  csv: { label: 'CSV', type: 'text/csv', headerLines: 1 },
  ndjson: { label: 'NDJSON', type: 'application/x-ndjson', headerLines: 0 },
} as const;
const LINE_FEED = 10;
const NUMBER = new Intl.NumberFormat('en-GB');

interface Progress {
  readonly lines: number;
  readonly bytes: number;
  readonly state: 'running' | 'saved';
  /** Null: the answer has not begun. */
  readonly covers: Covers | null;
}
const NOTHING: Progress = { lines: 0, bytes: 0, state: 'running', covers: null };

export function DownloadButton({ format }: { readonly format: keyof typeof FORMATS }) {
  const filterValues = useListContext().filterValues as Readonly<Record<string, unknown>>;
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const titleId = useId();
  const { label, type, headerLines } = FORMATS[format];
  if (!useMay('auditDownload')) return null;

  const download = async (): Promise<void> => {
    const cancel = new AbortController();
    running.current = cancel;
    setFailure(null);
    setProgress(NOTHING);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let { lines, bytes, covers } = NOTHING;
    const readHeaders = (headers: Headers): void => {
      covers = coverageOfHeader(headers.get('gatehouse-covers'));
    };
    try {
      const query = { ...asked(filterValues), format };
      for await (const piece of streamRoute('auditDownload', query, cancel.signal, readHeaders)) {
        pieces.push(piece);
        bytes += piece.length;
        for (const byte of piece) if (byte === LINE_FEED) lines += 1;
        setProgress({ lines, bytes, state: 'running', covers });
      }
      saveFile(`gatehouse-audit.${format}`, pieces, type);
      setProgress({ lines, bytes, state: 'saved', covers });
    } catch (error) {
      if (cancel.signal.aborted) return;
      if (!(error instanceof ProblemError)) throw error;
      setFailure(messageOf(error));
    }
  };
  const close = (): void => {
    running.current?.abort();
    setProgress(null);
  };
  return (
    <>
      <Button size="small" onClick={() => void download()}>
        {label}
      </Button>
      <Dialog open={progress !== null} aria-labelledby={titleId} fullWidth maxWidth="xs">
        <DialogTitle id={titleId}>Download as {label}</DialogTitle>
        <DialogContent>
          {failure === null ? null : <Alert severity="error">{failure}</Alert>}
          {progress?.state === 'running' && failure === null ? (
            <LinearProgress aria-label="Downloading" sx={{ mb: 1 }} />
          ) : null}
          {progress === null || progress.covers === null ? null : (
            <Typography sx={{ mb: 1 }}>{coverageText(progress.covers)}</Typography>
          )}
          <Typography role="status">
            {progress === null ? '' : progressText(progress, Math.max(0, progress.lines - headerLines))}
          </Typography>
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>
            {progress?.state === 'running' && failure === null ? 'Cancel' : 'Close'}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function progressText({ bytes, state }: Progress, rows: number): string {
  const size = `${NUMBER.format(rows)} ${rows === 1 ? 'row' : 'rows'}, ${NUMBER.format(Math.ceil(bytes / 1000))} kB`;
  return state === 'saved' ? `Download complete: ${size}.` : `${size} so far.`;
}
