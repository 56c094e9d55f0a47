/** What a page says while its data loads, and when it could not be loaded. An empty list never stands for a failure. */
import { Alert, Button, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { faultsInWords, messageOf, ProblemError } from '../api/problem-error.js';

export function Loading({ children = 'Loading' }: { readonly children?: string }) {
  return <Typography role="status">{children} …</Typography>;
}

interface LoadErrorProps {
  readonly error: unknown;
  readonly retry: () => unknown;
  /** Older data is still on the page. */
  readonly isOutdated?: boolean;
}

export function LoadError({ error, retry, isOutdated = false }: LoadErrorProps) {
  // What a person entered is wrong, a filter above all: trying again would not help.
  if (error instanceof ProblemError && error.faults.length > 0)
    return (
      <Alert severity="warning" sx={{ mb: 1 }}>
        Check what you entered. {faultsInWords(error)}
      </Alert>
    );
  return (
    <Alert
      severity={isOutdated ? 'warning' : 'error'}
      sx={{ mb: 1 }}
      action={
        <Button color="inherit" size="small" onClick={() => void retry()} sx={{ whiteSpace: 'nowrap' }}>
          Try again
        </Button>
      }
    >
      {isOutdated
        ? 'This may be out of date, because it could not be loaded again. '
        : 'This could not be loaded. '}
      {messageOf(error)}
    </Alert>
  );
}

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

interface LoadedProps<T> {
  readonly query: Query<T>;
  readonly loading?: string;
  readonly children: (data: T) => ReactNode;
}

/** Shows the data of a query once it is there. */
export function Loaded<T>({ query: { data, error, refetch }, loading, children }: LoadedProps<T>) {
  if (data === undefined) {
    return error === null ? <Loading>{loading}</Loading> : <LoadError error={error} retry={refetch} />;
  }
  return (
    <>
      {error === null ? null : <LoadError error={error} retry={refetch} isOutdated />}
      {children(data)}
    </>
  );
}
