/** The list of a resource, with its filters, pages and buttons. */
import { Typography } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { ListBase } from 'react-admin';
import { PageTitle } from '../page-title.js';
import { Loading } from '../load-state.js';
import { BulkBar } from './bulk-action.js';
import { ListPages, LoadedList, QUERY_OPTIONS } from './loaded-list.js';
import { ListToolbar } from './list-toolbar.js';
import { ListTotal, type ListTotalProps } from './list-total.js';
import { RecordRows, type RowsProps } from './record-rows.js';
import { ViewButton } from './view-button.js';

const NO_FILTERS: ReactElement[] = [];

interface RegisterListProps<T> extends RowsProps<T> {
  readonly title: string;
  readonly filters?: ReactElement[];
  /** For lists that can be counted. */
  readonly total?: ListTotalProps;
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
  total,
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
      <ListToolbar filters={filters} view={<ViewButton columns={rows.columns} />} actions={actions} />
      <Typography variant="h1" sx={{ mb: total === undefined ? 2 : 0 }}>
        {title}
      </Typography>
      {total === undefined ? null : <ListTotal {...total} />}
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
