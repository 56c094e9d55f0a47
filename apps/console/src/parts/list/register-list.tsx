/** The list of a resource, with its filters, pages and buttons. */
import { Typography } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { ListBase, useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { PageTitle } from '../page-title.js';
import { Loading } from '../load-state.js';
import { BulkBar } from './bulk-action.js';
import { ListPages, LoadedList, QUERY_OPTIONS } from './loaded-list.js';
import { ListToolbar } from './list-toolbar.js';
import { ListTotal, type ListTotalProps } from './list-total.js';
import { type Column, RecordRows, type RowsProps } from './record-rows.js';
import { ViewButton } from './view-button.js';

const NO_FILTERS: ReactElement[] = [];

type Filter = Readonly<Record<string, unknown>>;

interface RegisterListProps<T> extends Omit<RowsProps<T>, 'columns'> {
  /** The same for every filter, or those that a filter needs. */
  readonly columns: readonly Column<T>[] | ((filter: Filter) => readonly Column<T>[]);
  readonly title: string;
  readonly filters?: ReactElement[] | ((filter: Filter) => ReactElement[]);
  /** For lists that can be counted. */
  readonly total?: ListTotalProps;
  /** Between the heading and the list. */
  readonly above?: ReactNode;
  /** Buttons above the list. */
  readonly actions?: ReactNode;
  /** Around the rows, for what follows the one that has the focus. */
  readonly around?: (rows: ReactNode, data: readonly ConsoleRecord[]) => ReactNode;
  /** What to say, and what to do next, when nothing is recorded yet. */
  readonly empty: ReactNode;
}

export function RegisterList<T>(props: RegisterListProps<T>) {
  return (
    <ListBase
      exporter={false}
      perPage={25}
      queryOptions={QUERY_OPTIONS}
      authLoading={<Loading shape="rows" />}
      offline={false}
    >
      <PageTitle>{props.title}</PageTitle>
      <ListOfFilter<T> {...props} />
    </ListBase>
  );
}

function ListOfFilter<T>({
  title,
  filters = NO_FILTERS,
  total,
  above,
  actions,
  empty,
  columns,
  around = (shown) => shown,
  ...row
}: RegisterListProps<T>) {
  const filter = useListContext<ConsoleRecord>().filterValues as Filter;
  const rows = { ...row, columns: typeof columns === 'function' ? columns(filter) : columns };
  const inputs = typeof filters === 'function' ? filters(filter) : filters;
  return (
    <>
      <ListToolbar filters={inputs} view={<ViewButton columns={rows.columns} />} actions={actions} />
      <Typography variant="h1" sx={{ mb: total === undefined ? 2 : 0 }}>
        {title}
      </Typography>
      {total === undefined ? null : <ListTotal {...total} />}
      {above}
      <LoadedList empty={empty}>
        {(data) => (
          <>
            {rows.bulk === undefined ? null : <BulkBar<T> action={rows.bulk} />}
            {around(<RecordRows<T> {...rows} data={data} />, data)}
          </>
        )}
      </LoadedList>
      <ListPages />
    </>
  );
}
