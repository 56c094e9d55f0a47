/** The list of a resource, with its filters, pages and buttons. */
import { Typography } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { ListBase } from 'react-admin';
import { PageTitle } from '../page-title.js';
import { Loading } from '../load-state.js';
import { BulkBar } from './bulk-action.js';
import { ListPages, LoadedList, QUERY_OPTIONS } from './loaded-list.js';
import { ListToolbar } from './list-toolbar.js';
import { RecordRows, type RowsProps } from './record-rows.js';

const NO_FILTERS: ReactElement[] = [];

interface RegisterListProps<T> extends RowsProps<T> {
  readonly title: string;
  readonly filters?: ReactElement[];
  /** Between the heading and the list. */
  readonly above?: ReactNode;
  /** Buttons above the list. */
  readonly actions?: ReactNode;
  /** What to say, and what to do next, when nothing is recorded yet. */
  readonly empty: ReactNode;
}

export function RegisterList<T>({
  title,
  filters = NO_FILTERS,
  above,
  actions,
  empty,
  ...rows
}: RegisterListProps<T>) {
  return (
    <ListBase
      exporter={false}
      perPage={25}
      queryOptions={QUERY_OPTIONS}
      authLoading={<Loading />}
      offline={false}
    >
      <PageTitle>{title}</PageTitle>
      <ListToolbar filters={filters} actions={actions} />
      <Typography variant="h1" sx={{ mb: 2 }}>
        {title}
      </Typography>
      {above}
      <LoadedList empty={empty}>
        {(data) => (
          <>
            {rows.bulk === undefined ? null : <BulkBar<T> action={rows.bulk} />}
            <RecordRows<T> {...rows} data={data} />
          </>
        )}
      </LoadedList>
      <ListPages />
    </ListBase>
  );
}
