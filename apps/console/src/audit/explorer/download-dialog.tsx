/** Asks why the trail is taken away, then downloads it. That may take long, so it shows its progress and can be cancelled. */
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  Typography,
} from '@mui/material';
import { type SyntheticEvent, useId, useRef, useState } from 'react';
import { useListContext } from 'react-admin';
import { messageOf, ProblemError } from '../../api/problem-error.js';
import { streamRoute } from '../../api/stream-route.js';
import { FieldInput } from '../../parts/form/field-input.js';
import { REASON_IN_TRAIL } from '../../parts/form/fields.js';
import { focusFirstFault } from '../../parts/form/focus-first-fault.js';
import { givenReason } from '../../parts/form/given-reason.js';
import { saveFile } from '../../parts/save-file.js';
import { coverageOfHeaders, coverageText, type Covers } from '../coverage-words.js';
import { asked } from './quick-filters.js';

const FORMATS = {
  csv: { type: 'text/csv', headerLines: 1 },
  ndjson: { type: 'application/x-ndjson', headerLines: 0 },
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

interface Props {
  readonly format: keyof typeof FORMATS;
  readonly label: string;
  readonly onClose: () => void;
}

export default function DownloadDialog({ format, label, onClose }: Props) {
  const filterValues = useListContext().filterValues as Readonly<Record<string, unknown>>;
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const titleId = useId();
  const { type, headerLines } = FORMATS[format];

  const download = async (reason: string): Promise<void> => {
    const cancel = new AbortController();
    running.current = cancel;
    setFailure(null);
    setProgress(NOTHING);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let { lines, bytes, covers } = NOTHING;
    const readHeaders = (headers: Headers): void => {
      covers = coverageOfHeaders(headers);
    };
    try {
      const set = Object.entries(asked(filterValues)).filter(([, value]) => value !== '' && value !== null);
      const body = { ...Object.fromEntries(set), format, reason };
      for await (const piece of streamRoute('auditDownload', body, cancel.signal, readHeaders)) {
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
  const submit = (form: HTMLFormElement): void => {
    const { reason, fault: found } = givenReason(form, 'required');
    setFault(found);
    if (found === null) void download(reason);
    else focusFirstFault(form);
  };
  const isRunning = progress?.state === 'running' && failure === null;
  return (
    <Dialog open aria-labelledby={titleId} fullWidth maxWidth="xs">
      <Box
        component="form"
        noValidate
        autoComplete="off"
        onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <DialogTitle id={titleId}>Download as {label}</DialogTitle>
        <DialogContent>
          {failure === null ? null : <Alert severity="error">{failure}</Alert>}
          {progress === null ? <FieldInput field={REASON_IN_TRAIL} fault={fault ?? undefined} /> : null}
          {isRunning ? <LinearProgress aria-label="Downloading" sx={{ mb: 1 }} /> : null}
          {progress === null || progress.covers === null ? null : (
            <Typography sx={{ mb: 1 }}>{coverageText(progress.covers)}</Typography>
          )}
          <Typography role="status">
            {progress === null ? '' : progressText(progress, Math.max(0, progress.lines - headerLines))}
          </Typography>
        </DialogContent>
        <DialogActions>
          <Button
            onClick={() => {
              running.current?.abort();
              onClose();
            }}
          >
            {progress === null || isRunning ? 'Cancel' : 'Close'}
          </Button>
          {progress === null ? (
            <Button type="submit" variant="contained">
              Download
            </Button>
          ) : null}
        </DialogActions>
      </Box>
    </Dialog>
  );
}

function progressText({ bytes, state }: Progress, rows: number): string {
  const size = `${NUMBER.format(rows)} ${rows === 1 ? 'row' : 'rows'}, ${NUMBER.format(Math.ceil(bytes / 1000))} kB`;
  return state === 'saved' ? `Download complete: ${size}.` : `${size} so far.`;
}
