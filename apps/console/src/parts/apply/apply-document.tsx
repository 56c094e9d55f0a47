/** Applies a registry document and shows its progress and result: applied, rejected, or waiting for approval. */
import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { ApplyProgress } from '@gatehouse/contracts/registry/registry-resources';
import { Alert, Box, Button, LinearProgress, TextField } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useRefresh } from 'react-admin';
import { callRouteForLines } from '../../api/call-route.js';
import { type FieldFault, messageOf, NO_ANSWER, ProblemError } from '../../api/problem-error.js';
import { useMay } from '../../api/use-may.js';
import { Unsaved } from '../unsaved/unsaved.js';
import { counted } from '../words.js';
import { CHECK_PAGE } from './apply.js';
import { focusFirstFault } from '../form/focus-first-fault.js';
import { FormProblem } from '../form/form-problem.js';
import { givenReason } from '../form/given-reason.js';
import { SentForApproval } from '../form/sent-for-approval.js';

interface Props {
  /** Null while what a person has entered makes no document yet. */
  readonly document: RegistryDocument | null;
  /** Called in place of applying where there is no document: marks what is missing. */
  readonly onIncomplete?: () => void;
  /** Called before the document is sent. @throws ProblemError if it must not be */
  readonly beforeApply?: () => Promise<void>;
  /** Called with what the gateway found wrong with the document. */
  readonly onRejected?: (faults: readonly FieldFault[]) => void;
  readonly label: string;
  /** Leaving the page would lose what makes the document. */
  readonly isUnsaved?: boolean;
  /** The document would change nothing. */
  readonly disabled?: boolean;
}

export function ApplyDocument({ document, label, isUnsaved = false, disabled = false, ...handlers }: Props) {
  const { onIncomplete, beforeApply, onRejected } = handlers;
  const [reasonFault, setReasonFault] = useState<string | null>(null);
  const [lastLine, setLastLine] = useState<ApplyProgress | null>(null);
  const refresh = useRefresh();
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: async (request: { document: RegistryDocument; reason: string }) => {
      const { reason, ...rest } = request;
      const body = reason === '' ? rest : request;
      await beforeApply?.();
      for await (const line of callRouteForLines('registryApply', { body })) setLastLine(line);
      refresh();
    },
    onError: (failure) => {
      if (failure instanceof ProblemError) onRejected?.(failure.faults);
    },
  });
  const submit = (form: HTMLFormElement): void => {
    const { reason, fault } = givenReason(form, 'optional');
    setReasonFault(fault);
    if (fault !== null) focusFirstFault(form);
    else if (document === null) onIncomplete?.();
    else mutate({ document, reason });
  };
  const isSettled = lastLine?.type === 'done' || lastLine?.type === 'pending';
  if (!useMay('registryApply')) return null;
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      {isUnsaved && !isPending && !isSettled ? <Unsaved /> : null}
      <TextField
        id="reason"
        name="reason"
        label="Reason (optional)"
        error={reasonFault !== null}
        helperText={reasonFault ?? 'Kept in the history'}
        fullWidth
        margin="dense"
        variant="outlined"
      />
      <Button type="submit" variant="contained" disabled={disabled || isPending || isSettled}>
        {label}
      </Button>
      <Box aria-live="polite" sx={{ mt: 1 }}>
        {isPending ? <Progress lastLine={lastLine} /> : null}
        {isSuccess ? <Outcome lastLine={lastLine} /> : null}
        {error === null ? null : <FormProblem problem={applyProblem(error)} />}
      </Box>
    </Box>
  );
}

/** A rejected document changed nothing; one without an answer may have been applied. */
function applyProblem(error: Error): ProblemError {
  const status = error instanceof ProblemError ? error.status : NO_ANSWER;
  const consequence = status === NO_ANSWER ? CHECK_PAGE : 'Nothing was changed.';
  return new ProblemError(status, `${messageOf(error)} ${consequence}`);
}

function Progress({ lastLine }: { readonly lastLine: ApplyProgress | null }) {
  if (lastLine?.type !== 'progress') return <LinearProgress aria-label="Applying" />;
  const { step, done, total } = lastLine;
  return (
    <>
      {step}: {done} of {total}
      <LinearProgress variant="determinate" value={(100 * done) / total} aria-label={`Applying: ${step}`} />
    </>
  );
}

function Outcome({ lastLine }: { readonly lastLine: ApplyProgress | null }) {
  switch (lastLine?.type) {
    case 'done':
      return lastLine.changes.length === 0 ? (
        <Alert severity="info">Nothing has changed: the registry already holds these values.</Alert>
      ) : (
        <Alert severity="success">
          Applied {counted(lastLine.changes.length, 'change')}. The registry is now at version{' '}
          {lastLine.registryVersion}.
        </Alert>
      );
    case 'pending':
      return (
        <Alert severity="info">
          <SentForApproval change={lastLine} />
        </Alert>
      );
    case 'failed':
      return (
        <Alert severity="error">
          {lastLine.title} {lastLine.detail}
        </Alert>
      );
    default:
      return <Alert severity="warning">The connection was lost. {CHECK_PAGE}</Alert>;
  }
}
