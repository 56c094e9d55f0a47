/** Applies a registry document, shows its progress, and what came of it: done, refused, or waiting for a colleague. */
import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { ApplyProgress } from '@gatehouse/contracts/registry/registry-resources';
import { Alert, Box, Button, LinearProgress, Link, TextField } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useRefresh } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { callRouteLines } from '../api/call-route.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';

interface Props {
  readonly document: RegistryDocument;
  readonly label: string;
  /** There is nothing in it to apply. */
  readonly disabled?: boolean;
}

export function ApplyDocument({ document, label, disabled = false }: Props) {
  const [last, setLast] = useState<ApplyProgress | null>(null);
  const refresh = useRefresh();
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: async (reason: string) => {
      const body = reason === '' ? { document } : { document, reason };
      for await (const line of callRouteLines('registryApply', { body })) setLast(line);
      refresh();
    },
  });
  const settled = last?.type === 'done' || last?.type === 'pending';
  if (!useMay('registryApply')) return null;
  return (
    <Box
      component="form"
      onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
        event.preventDefault();
        const reason = new FormData(event.currentTarget).get('reason');
        mutate(typeof reason === 'string' ? reason.trim() : '');
      }}
    >
      <TextField
        id="reason"
        name="reason"
        label="Reason"
        helperText="Kept in the history"
        fullWidth
        margin="dense"
        variant="outlined"
      />
      <Button type="submit" variant="contained" disabled={disabled || isPending || settled}>
        {label}
      </Button>
      <Box aria-live="polite" sx={{ mt: 1 }}>
        {isPending ? <Progress last={last} /> : null}
        {isSuccess ? <Outcome last={last} /> : null}
        {error === null ? null : (
          <Alert severity="error">
            {error.message}{' '}
            {error instanceof ProblemError && error.status > 0
              ? 'Nothing was changed.'
              : 'Look again to see where things stand.'}
          </Alert>
        )}
      </Box>
    </Box>
  );
}

function Progress({ last }: { readonly last: ApplyProgress | null }) {
  if (last?.type !== 'progress') return <LinearProgress aria-label="Applying" />;
  const { step, done, total } = last;
  return (
    <>
      {step}: {done} of {total}
      <LinearProgress variant="determinate" value={(100 * done) / total} aria-label={`Applying: ${step}`} />
    </>
  );
}

function Outcome({ last }: { readonly last: ApplyProgress | null }) {
  switch (last?.type) {
    case 'done':
      return (
        <Alert severity="success">
          {last.changes.length === 0
            ? 'Nothing to change: the registry is like this already.'
            : `Applied ${last.changes.length} ${last.changes.length === 1 ? 'change' : 'changes'}. The registry is at version ${last.registryVersion}.`}
        </Alert>
      );
    case 'pending':
      return (
        <Alert severity="info">
          Nothing is changed yet: {last.rules.join(', ')} needs a second person.{' '}
          <Link component={RouterLink} to={`/changes/${last.id}/show`}>
            See what waits
          </Link>
        </Alert>
      );
    case 'failed':
      return (
        <Alert severity="error">
          {last.title} {last.detail}
        </Alert>
      );
    default:
      return <Alert severity="warning">The answer broke off: look again to see where things stand.</Alert>;
  }
}
