/** What a page says while its data loads, and when it could not be loaded. An empty list never stands for a failure. */
import { Alert, Box, Button, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { FOR_SCREEN_READERS } from '../layout/for-screen-readers.js';
import { faultsInWords, messageOf, ProblemError } from '../api/problem-error.js';

/** Heights in pixels of what stands where the rows of a list, a page or a part of one will be. */
const SHAPES = {
  part: [20, 20, 20],
  rows: Array.from({ length: 10 }, () => 36),
  page: [40, 24, 24, 24, 120],
};

interface LoadingProps {
  /** What is under way, where it is more than loading. */
  readonly children?: string | undefined;
  readonly shape?: keyof typeof SHAPES | undefined;
}

/** In the shape of what is to come, so that the page doesn't jump when it is there. It doesn't pulse: little moves here. */
export function Loading({ children, shape = 'part' }: LoadingProps) {
  return (
    <Box role="status" sx={{ position: 'relative', mb: 3, maxWidth: shape === 'rows' ? undefined : '44rem' }}>
      <Typography sx={children === undefined ? FOR_SCREEN_READERS : { mb: 1 }}>
        {children ?? 'Loading'} …
      </Typography>
      {SHAPES[shape].map((height, index) => (
        <Box key={index} aria-hidden sx={{ height, mb: 1, borderRadius: 1, bgcolor: 'action.selected' }} />
      ))}
    </Box>
  );
}

/** While what was loaded before stays on the page. */
export function LoadingAgain() {
  return <Typography role="status">Loading …</Typography>;
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
  /** What is under way, where it is more than loading. */
  readonly loading?: string;
  readonly shape?: LoadingProps['shape'];
  readonly children: (data: T) => ReactNode;
}

/** Shows the data of a query once it is there. */
export function Loaded<T>({ query: { data, error, refetch }, loading, shape, children }: LoadedProps<T>) {
  if (data === undefined) {
    if (error !== null) return <LoadError error={error} retry={refetch} />;
    return <Loading shape={shape}>{loading}</Loading>;
  }
  return (
    <>
      {error === null ? null : <LoadError error={error} retry={refetch} isOutdated />}
      {children(data)}
    </>
  );
}
