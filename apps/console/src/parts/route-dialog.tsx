/** A button that asks for the fields of a route and calls it; faults stand at their fields. */
import type { RouteName } from '@gatehouse/contracts/routes';
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  MenuItem,
  TextField,
} from '@mui/material';
import { type SyntheticEvent, type ReactNode, useId, useState } from 'react';
import { useNotify, useRefresh } from 'react-admin';
import { callRouteWith } from '../api/call-route.js';
import { AwaitingApproval } from '../api/awaiting-approval.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';

export interface Field {
  /** Its place in the body, `authority.date`. */
  readonly name: string;
  readonly label: string;
  readonly kind?: 'text' | 'date' | 'number' | 'list';
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly help?: string;
  readonly initial?: string;
}

const REASON: Field = { name: 'reason', label: 'Reason', help: 'Kept in the history' };
export const REASON_NEEDED: Field = { ...REASON, required: true };
export const REASON_OPTIONAL: Field = REASON;

const CHANGED_MEANWHILE = 412;

interface Props {
  readonly route: RouteName;
  readonly label: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
  /** Of the body, beside what is asked for. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** The ETag of what is edited. Then only what differs from `initial` is sent. */
  readonly ifMatch?: string | null;
  readonly danger?: true;
  readonly done: string;
  /** Shown instead of the form once it is done: what is said only once. */
  readonly result?: (answer: unknown) => ReactNode;
}

export function RouteDialog(props: Props) {
  const { route, label, params, fields, fixed, ifMatch, danger, done, result } = props;
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<ProblemError | null>(null);
  const [answer, setAnswer] = useState<unknown>(null);
  const [notify, refresh, titleId] = [useNotify(), useRefresh(), useId()];
  const may = useMay(route);
  if (!may) return null;

  const close = (): void => {
    setOpen(false);
    setFaults(null);
    setAnswer(null);
  };
  const reload = (): void => {
    refresh();
    close();
  };
  const submit = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    try {
      const edited = ifMatch !== undefined;
      const body = { ...fixed, ...bodyOf(fields, new FormData(form), edited) };
      const given = await callRouteWith(route, { params, body, ...(edited && { ifMatch: ifMatch ?? '' }) });
      refresh();
      notify(done, { type: 'success' });
      if (result === undefined) close();
      else setAnswer(given);
    } catch (error) {
      if (error instanceof AwaitingApproval) {
        refresh();
        notify(
          `Nothing is changed yet: ${error.change.rules.join(', ')} needs a second person. See Approvals.`,
        );
        close();
        return;
      }
      if (!(error instanceof ProblemError)) throw error;
      setFaults(error);
    } finally {
      setBusy(false);
    }
  };
  const colour = danger === true ? 'error' : 'primary';
  return (
    <>
      <Button
        size="small"
        variant="outlined"
        color={colour}
        onClick={() => {
          setOpen(true);
        }}
        sx={{ m: 0.25 }}
      >
        {label}
      </Button>
      <Dialog open={open} onClose={close} fullWidth maxWidth="sm" aria-labelledby={titleId}>
        <Box
          component="form"
          noValidate
          onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
            event.preventDefault();
            void submit(event.currentTarget);
          }}
        >
          <DialogTitle id={titleId}>{label}</DialogTitle>
          <DialogContent>
            {faults === null ? null : (
              <Alert
                severity="error"
                sx={{ mb: 1 }}
                action={
                  faults.status === CHANGED_MEANWHILE ? (
                    <Button color="inherit" onClick={reload}>
                      Reload
                    </Button>
                  ) : null
                }
              >
                {faults.message}
              </Alert>
            )}
            {answer === null
              ? fields.map((field) => <Asked key={field.name} field={field} faults={faults} />)
              : result?.(answer)}
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>{answer === null ? 'Cancel' : 'Close'}</Button>
            {answer === null ? (
              <Button type="submit" variant="contained" color={colour} disabled={busy}>
                {label}
              </Button>
            ) : null}
          </DialogActions>
        </Box>
      </Dialog>
    </>
  );
}

function Asked({ field, faults }: { readonly field: Field; readonly faults: ProblemError | null }) {
  const id = useId();
  const pointer = `/${field.name.replaceAll('.', '/')}`;
  const fault = faults?.faults.find(
    (each) => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`),
  );
  const isDay = field.kind === 'date';
  const several = field.kind === 'list' && field.choices !== undefined;
  const initial = field.initial ?? '';
  return (
    <TextField
      id={id}
      name={field.name}
      label={field.label}
      required={field.required === true}
      select={field.choices !== undefined}
      type={isDay ? 'date' : field.kind === 'number' ? 'number' : 'text'}
      defaultValue={several ? listed(initial, field.choices) : initial}
      error={fault !== undefined}
      helperText={fault?.detail ?? field.help}
      fullWidth
      margin="dense"
      variant="outlined"
      slotProps={{
        ...(isDay && { inputLabel: { shrink: true } }),
        ...(several && { select: { multiple: true } }),
      }}
    >
      {field.choices?.map((choice) => (
        <MenuItem key={choice} value={choice}>
          {choice}
        </MenuItem>
      ))}
    </TextField>
  );
}

/** The services that an ASID is shared with have spaces in their names; what is typed freely has none. */
const listed = (text: string, choices?: readonly string[]): string[] =>
  text.split(choices === undefined ? /[\s,]+/ : ',').filter((each) => each !== '');

/** What was left empty is not sent; of an edit what was left alone, and a list that was emptied is. */
function bodyOf(fields: readonly Field[], form: FormData, edited: boolean): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { name, kind, choices, initial = '' } of fields) {
    const given = form.get(name);
    const text = typeof given === 'string' ? given.trim() : '';
    if (edited ? text === initial || (text === '' && kind !== 'list') : text === '') continue;
    const value = kind === 'number' ? Number(text) : kind === 'list' ? listed(text, choices) : text;
    const [outer = '', inner] = name.split('.');
    body[outer] = inner === undefined ? value : { ...(body[outer] as object | undefined), [inner]: value };
  }
  return body;
}
