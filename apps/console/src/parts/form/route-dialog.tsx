/** A button that opens a form for the fields of a route, and calls the route. */
import { Box, Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import { useRefresh } from 'react-admin';
import { useMay } from '../../api/use-may.js';
import { Place } from '../../environments/place.js';
import { mayDiscard, Unsaved } from '../unsaved/unsaved.js';
import { DialogTarget, type Target } from './dialog-target.js';
import { faultOf, faultsOfFields } from './faults.js';
import { FieldInput } from './field-input.js';
import { isChanged } from './fields.js';
import { focusFirstFault } from './focus-first-fault.js';
import { FormProblem } from './form-problem.js';
import { useDialog } from './use-dialog.js';
import { type RouteForm, useRouteForm } from './use-route-form.js';

interface Props extends RouteForm {
  readonly label: string;
  /** What it is about and what it stops, for what can't be undone by Cancel. */
  readonly target?: Target;
  /** Where it counts, if it has no target. A dangerous dialog without both names those of the installation. */
  readonly environments?: readonly string[];
  /** A sentence above the fields. */
  readonly intro?: ReactNode;
  readonly danger?: boolean;
  /** Shown in place of the form once it is done: what can be shown only once. */
  readonly result?: (answer: unknown) => ReactNode;
}

/** Not shown to people who may not call the route. */
export function RouteDialog({ label, danger = false, ...props }: Props) {
  const { isOpen, open, close } = useDialog(label);
  const titleId = useId();
  if (!useMay(props.route)) return null;
  const colour = danger ? 'error' : 'primary';
  const environments = props.target?.environments ?? props.environments ?? (danger ? [] : undefined);
  return (
    <>
      <Button size="small" variant="outlined" color={colour} onClick={open} sx={{ m: 0.25 }}>
        {label}
      </Button>
      {isOpen ? <OpenDialog {...props} {...{ label, colour, environments, titleId, close }} /> : null}
    </>
  );
}

interface OpenDialogProps extends Omit<Props, 'danger' | 'environments'> {
  /** Undefined: it is not said. */
  readonly environments: readonly string[] | undefined;
  readonly colour: 'error' | 'primary';
  readonly titleId: string;
  readonly close: () => void;
}

function OpenDialog({ label, target, intro, colour, titleId, result, close, ...rest }: OpenDialogProps) {
  const { environments, ...form } = rest;
  const { state, submit, finish } = useRouteForm(form, result !== undefined, close);
  const formElement = useRef<HTMLFormElement>(null);
  const [isUnsaved, setUnsaved] = useState(false);
  const refresh = useRefresh();
  const { answer, faults, problem, isBusy } = state;
  const isDone = answer !== null;
  useEffect(() => {
    if (faults.length > 0) focusFirstFault(formElement.current);
  }, [faults]);
  return (
    <Dialog
      open
      // A click beside it would lose what was typed; nothing but the button closes what is shown only once.
      onClose={(_, reason) => {
        if (reason === 'escapeKeyDown' && !isDone && (!isUnsaved || mayDiscard())) finish();
      }}
      fullWidth
      maxWidth="sm"
      aria-labelledby={titleId}
    >
      <Box
        component="form"
        ref={formElement}
        noValidate
        autoComplete="off"
        onInput={(event: SyntheticEvent<HTMLFormElement>) => {
          setUnsaved(isChanged(form.fields, new FormData(event.currentTarget)));
        }}
        onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        {isUnsaved && !isDone ? <Unsaved /> : null}
        <DialogTitle id={titleId}>{label}</DialogTitle>
        <DialogContent>
          {problem === null ? null : (
            <FormProblem
              problem={problem}
              faults={faultsOfFields(form.fields, faults)}
              onReload={() => {
                refresh();
                finish();
              }}
            />
          )}
          {isDone || environments === undefined ? null : <Place environments={environments} />}
          {isDone || target === undefined ? null : <DialogTarget {...target} />}
          {isDone ? null : intro}
          {isDone
            ? result?.(answer)
            : form.fields.map((field) => (
                <FieldInput
                  key={field.name}
                  field={field}
                  fault={faultOf(field, faults)?.detail}
                  // An edit starts from what is recorded: only its reason is new.
                  marksOptional={form.ifMatch === undefined || field.name === 'reason'}
                />
              ))}
        </DialogContent>
        <DialogActions>
          <Button onClick={finish}>{isDone ? 'I have saved it' : 'Cancel'}</Button>
          {isDone ? null : (
            <Button type="submit" variant="contained" color={colour} disabled={isBusy}>
              {label}
            </Button>
          )}
        </DialogActions>
      </Box>
    </Dialog>
  );
}
