import { Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { ShowBase, Title, useShowContext } from 'react-admin';
import type { ConsoleRecord, Shown as ShownRecord } from '../api/data-provider.js';

interface Props<T> {
  readonly name: (record: T) => string;
  readonly children: (record: ShownRecord<T>) => ReactNode;
}

/** One record's page: says so when it is loading or cannot be shown. */
export function DetailPage<T>(props: Props<T>) {
  return (
    <ShowBase>
      <Shown<T> {...props} />
    </ShowBase>
  );
}

function Shown<T>({ name, children }: Props<T>) {
  const { record, error } = useShowContext<ConsoleRecord>();
  if (error) return <Typography role="alert">{error.message}</Typography>;
  if (record === undefined) return <Typography role="status">Loading …</Typography>;
  const shown = record as unknown as ShownRecord<T>;
  return (
    <Box sx={{ pt: 2 }}>
      <Title title={name(shown)} />
      <Typography variant="h1" sx={{ mb: 2, overflowWrap: 'anywhere' }}>
        {name(shown)}
      </Typography>
      {children(shown)}
    </Box>
  );
}
