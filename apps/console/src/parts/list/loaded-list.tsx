import { Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Pagination, useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { LoadError, Loading, LoadingAgain } from '../load-state.js';

/** Of a list: its page shows what failed, so react-admin need not. */
export const QUERY_OPTIONS = { onError: () => undefined };

/** Says how many rows there are; nothing, before the gateway has. */
export function ListPages() {
  const { data } = useListContext<ConsoleRecord>();
  return data === undefined ? null : <Pagination rowsPerPageOptions={[25, 50, 100]} />;
}

interface LoadedListProps {
  readonly empty: ReactNode;
  readonly children: (data: readonly ConsoleRecord[]) => ReactNode;
}

/** “Nothing is recorded” is said only when the gateway has said so. */
export function LoadedList({ empty, children }: LoadedListProps) {
  const list = useListContext<ConsoleRecord>();
  const { data, error, refetch } = list;
  // The rows of the filter or page before, while those of the new one load.
  const isPlaceholder = list.isPlaceholderData === true;
  if (data === undefined) {
    return error === null ? <Loading shape="rows" /> : <LoadError error={error} retry={refetch} />;
  }
  const isFiltered = Object.keys(list.filterValues as object).length > 0;
  return (
    <>
      {error === null ? null : <LoadError error={error} retry={refetch} isOutdated />}
      {isPlaceholder ? <LoadingAgain /> : null}
      {data.length > 0 ? (
        children(data)
      ) : error === null && !isPlaceholder ? (
        <Typography component="div" sx={{ maxWidth: '44rem' }}>
          {isFiltered ? 'No results. Change or remove a filter.' : empty}
        </Typography>
      ) : null}
    </>
  );
}
