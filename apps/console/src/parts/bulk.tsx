/** One route for many chosen rows: one after the other, with what came of each. */
import type { RouteName } from '@gatehouse/contracts/routes';
import {
  Alert,
  Box,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  TextField,
} from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useState } from 'react';
import { useListContext, useRefresh } from 'react-admin';
import { AwaitingApproval } from '../api/awaiting-approval.js';
import { callRouteWith } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';

export interface BulkAction<T> {
  readonly route: RouteName;
  readonly label: string;
  /** How a row is called. */
  readonly name: (row: T) => string;
  /** What is sent for a row, beside the reason; null: not for this row. */
  readonly request: (row: T) => {
    readonly params?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
  } | null;
}

interface Result {
  readonly name: string;
  readonly text: string;
  readonly ok: boolean;
}

/** A row that the action is not for can't be chosen. */
export function Choose<T>({ record, action }: { record: ConsoleRecord; action: BulkAction<T> }) {
  const { selectedIds, onToggleItem } = useListContext<ConsoleRecord>();
  if (!useMay(action.route)) return null;
  const row = record as unknown as T;
  return (
    <Checkbox
      size="small"
      disabled={action.request(row) === null}
      checked={selectedIds.includes(record.id)}
      onChange={() => {
        onToggleItem(record.id);
      }}
      slotProps={{ input: { 'aria-label': `Choose ${action.name(row)}` } }}
    />
  );
}

export function BulkBar<T>({ action }: { readonly action: BulkAction<T> }) {
  const { selectedIds, data = [], onUnselectItems } = useListContext<ConsoleRecord>();
  const [open, setOpen] = useState(false);
  const titleId = useId();
  if (!useMay(action.route)) return null;
  const chosen = data.filter(({ id }) => selectedIds.includes(id)) as unknown as T[];
  if (chosen.length === 0 && !open) return null;
  const close = (): void => {
    setOpen(false);
    onUnselectItems();
  };
  return (
    <Box sx={{ mb: 1 }}>
      <Button
        size="small"
        variant="contained"
        color="error"
        onClick={() => {
          setOpen(true);
        }}
      >
        {action.label} ({chosen.length} chosen)
      </Button>
      <Dialog open={open} onClose={close} fullWidth maxWidth="sm" aria-labelledby={titleId}>
        <DialogTitle id={titleId}>{action.label}</DialogTitle>
        <Each action={action} rows={chosen} close={close} />
      </Dialog>
    </Box>
  );
}

interface EachProps<T> {
  readonly action: BulkAction<T>;
  readonly rows: readonly T[];
  readonly close: () => void;
}

function Each<T>({ action, rows, close }: EachProps<T>) {
  const [results, setResults] = useState<readonly Result[]>([]);
  const refresh = useRefresh();
  const { mutate, isPending, isSuccess } = useMutation({
    mutationFn: async (reason: string) => {
      for (const row of rows) {
        const result = await carryOut(action, row, reason);
        setResults((before) => [...before, result]);
      }
      refresh();
    },
  });
  return (
    <Box
      component="form"
      onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
        event.preventDefault();
        const reason = new FormData(event.currentTarget).get('reason');
        if (typeof reason === 'string' && reason.trim() !== '') mutate(reason.trim());
      }}
    >
      <DialogContent>
        {isPending || isSuccess ? (
          <LinearProgress
            variant="determinate"
            value={(100 * results.length) / rows.length}
            aria-label={`${results.length} of ${rows.length}`}
          />
        ) : (
          <TextField name="reason" label="Reason" required fullWidth variant="outlined" margin="dense" />
        )}
        <Box aria-live="polite">
          {results.map(({ name, text, ok }) => (
            <Alert key={name} severity={ok ? 'success' : 'error'} sx={{ mt: 1 }}>
              {name}: {text}
            </Alert>
          ))}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={close} disabled={isPending}>
          Close
        </Button>
        {isPending || isSuccess ? null : (
          <Button type="submit" variant="contained" color="error">
            {action.label}
          </Button>
        )}
      </DialogActions>
    </Box>
  );
}

async function carryOut<T>(action: BulkAction<T>, row: T, reason: string): Promise<Result> {
  const name = action.name(row);
  const request = action.request(row);
  if (request === null) return { name, text: 'not for this one', ok: false };
  try {
    await callRouteWith(action.route, { params: request.params, body: { ...request.body, reason } });
    return { name, text: 'done', ok: true };
  } catch (error) {
    if (error instanceof AwaitingApproval) return { name, text: 'waits for a second person', ok: true };
    if (!(error instanceof ProblemError)) throw error;
    return { name, text: error.message, ok: false };
  }
}
