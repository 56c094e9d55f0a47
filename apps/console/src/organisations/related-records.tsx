import { Box, Button, List, ListItem, Typography } from '@mui/material';
import { type ReactNode, useState } from 'react';
import { useGetManyReference } from 'react-admin';
import type { ConsoleRecord } from '../api/data-provider.js';
import { Loaded } from '../parts/load-state.js';

interface Props<T> {
  readonly resource: string;
  readonly odsCode: string;
  readonly empty: ReactNode;
  readonly row: (record: T) => ReactNode;
}

/** The records of one resource that belong to an organisation, in pages. */
export function RelatedRecords<T>({ resource, odsCode, empty, row }: Props<T>) {
  const [page, setPage] = useState(1);
  const query = useGetManyReference<ConsoleRecord>(resource, {
    target: 'organisation',
    id: odsCode,
    pagination: { page, perPage: 25 },
    sort: { field: 'id', order: 'ASC' },
  });
  const hasNextPage = query.pageInfo?.hasNextPage === true;
  return (
    <Loaded query={query}>
      {(data) =>
        data.length === 0 ? (
          <Typography component="div">{empty}</Typography>
        ) : (
          <>
            <List dense disablePadding>
              {data.map((record) => (
                <ListItem key={record.id} disableGutters>
                  <span>{row(record as unknown as T)}</span>
                </ListItem>
              ))}
            </List>
            {page > 1 || hasNextPage ? (
              <Pages page={page} hasNextPage={hasNextPage} onChange={setPage} />
            ) : null}
          </>
        )
      }
    </Loaded>
  );
}

interface PagesProps {
  readonly page: number;
  readonly hasNextPage: boolean;
  readonly onChange: (page: number) => void;
}

function Pages({ page, hasNextPage, onChange }: PagesProps) {
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
      <Button
        disabled={page === 1}
        onClick={() => {
          onChange(page - 1);
        }}
      >
        Previous
      </Button>
      <span aria-live="polite">Page {page}</span>
      <Button
        disabled={!hasNextPage}
        onClick={() => {
          onChange(page + 1);
        }}
      >
        Next
      </Button>
    </Box>
  );
}
