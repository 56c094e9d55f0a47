/** Calls one route for each of several selected rows, one after the other, and shows the result of each. */
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  TextField,
} from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useState } from 'react';
import { useRefresh } from 'react-admin';
import { AwaitingApproval } from '../../api/awaiting-approval.js';
import { callRouteWith } from '../../api/call-route.js';
import { ProblemError } from '../../api/problem-error.js';
import { Place } from '../../environments/place.js';
import { focusFirstFault } from '../form/focus-first-fault.js';
import { givenReason } from '../form/given-reason.js';
import type { BulkAction } from './bulk.js';

interface Result {
  readonly name: string;
  readonly text: string;
  readonly ok: boolean;
}

interface BulkDialogProps<T> {
  readonly action: BulkAction<T>;
  readonly rows: readonly T[];
  readonly close: () => void;
}

/** Rows that failed can be tried again with the same reason. */
export default function BulkDialog<T>({ action, rows, close }: BulkDialogProps<T>) {
  const [results, setResults] = useState<readonly Result[]>([]);
  const [reasonFault, setReasonFault] = useState<string | null>(null);
  const titleId = useId();
  const refresh = useRefresh();
  const succeeded = new Set(results.filter(({ ok }) => ok).map(({ name }) => name));
  const remaining = rows.filter((row) => !succeeded.has(action.name(row)));
  const { mutate, isPending } = useMutation({
    mutationFn: async (reason: string) => {
      setResults((earlier) => earlier.filter(({ ok }) => ok));
      for (const row of remaining) {
        const result = await callForRow(action, row, reason);
        setResults((earlier) => [...earlier, result]);
      }
      refresh();
    },
  });
  const submit = (form: HTMLFormElement): void => {
    const { reason, fault } = givenReason(form, 'required');
    setReasonFault(fault);
    if (fault === null) mutate(reason);
    else focusFirstFault(form);
  };
  return (
    <Dialog
      open
      onClose={(_, why) => {
        if (why === 'escapeKeyDown' && !isPending) close();
      }}
      fullWidth
      maxWidth="sm"
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>{action.label}</DialogTitle>
      <Box
        component="form"
        noValidate
        onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <DialogContent>
          <Place environments={[...new Set(rows.flatMap((row) => action.environment?.(row) ?? []))]} />
          {action.atStake?.(rows)}
          <TextField
            name="reason"
            label="Reason"
            error={reasonFault !== null}
            helperText={reasonFault ?? 'Kept in the history'}
            fullWidth
            variant="outlined"
            margin="dense"
          />
          <Results results={results} count={rows.length} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close} disabled={isPending}>
            Close
          </Button>
          {remaining.length === 0 ? null : (
            <Button type="submit" variant="contained" color="error" disabled={isPending}>
              {action.label}
            </Button>
          )}
        </DialogActions>
      </Box>
    </Dialog>
  );
}

function Results({ results, count }: { readonly results: readonly Result[]; readonly count: number }) {
  return (
    <Box aria-live="polite" sx={{ mt: 1 }}>
      {results.length === 0 ? null : (
        <LinearProgress
          variant="determinate"
          value={(100 * results.length) / count}
          aria-label={`${results.length} of ${count}`}
        />
      )}
      {results.map(({ name, text, ok }) => (
        <Alert key={name} severity={ok ? 'success' : 'error'} sx={{ mt: 1 }}>
          {name}: {text}
        </Alert>
      ))}
    </Box>
  );
}

async function callForRow<T>(action: BulkAction<T>, row: T, reason: string): Promise<Result> {
  const name = action.name(row);
  const request = action.request(row);
  if (request === null) return { name, text: 'does not apply', ok: false };
  try {
    await callRouteWith(action.route, { params: request.params, body: { ...request.body, reason } });
    return { name, text: 'done', ok: true };
  } catch (error) {
    if (error instanceof AwaitingApproval) return { name, text: 'waiting for approval', ok: true };
    if (!(error instanceof ProblemError)) throw error;
    return { name, text: error.message, ok: false };
  }
}
