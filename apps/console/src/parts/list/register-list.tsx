/** The list of a resource, with its filters, pages and buttons. */
import { Typography } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { FilterButton, List, TopToolbar } from 'react-admin';
import { TabTitle } from '../page-title.js';
import { BulkBar } from './bulk-action.js';
import { ListPages, LoadedList, QUERY_OPTIONS } from './loaded-list.js';
import { RecordRows, type RowsProps } from './record-rows.js';

/** The buttons above a list, for links to them. */
export const LIST_ACTIONS = 'actions';

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

export function RegisterList<T>({ title, filters, above, actions, empty, ...rows }: RegisterListProps<T>) {
  return (
    <List
      title={title}
      filters={filters}
      exporter={false}
      perPage={25}
      component="div"
      empty={false}
      queryOptions={QUERY_OPTIONS}
      actions={
        <TopToolbar id={LIST_ACTIONS}>
          {filters === undefined ? null : <FilterButton />}
          {actions}
        </TopToolbar>
      }
      pagination={<ListPages />}
    >
      <TabTitle>{title}</TabTitle>
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
    </List>
  );
}
