/** Records as a table, or as cards where the screen is narrow. */
import {
  Box,
  Card,
  CardContent,
  Link,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TableSortLabel,
  type Theme,
  Typography,
  useMediaQuery,
} from '@mui/material';
import type { ReactNode } from 'react';
import { useListContext } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import type { ConsoleRecord } from '../../api/data-provider.js';
import type { BulkAction } from './bulk.js';
import { BulkCheckbox } from './bulk-action.js';

export interface Column<T> {
  readonly label: string;
  readonly value: (row: T) => ReactNode;
  /** What the route calls this column, if it can sort by it. */
  readonly sort?: string;
}

export interface RowsProps<T> {
  /** The first one names the row. */
  readonly columns: readonly Column<T>[];
  /** Buttons of one row. */
  readonly rowActions?: (row: T) => ReactNode;
  /** An action for several rows at once. */
  readonly bulk?: BulkAction<T>;
  /** The page of a row; null if it has none. */
  readonly href?: (id: string, row: T) => string | null;
}

type RecordRowsProps<T> = RowsProps<T> & { readonly data: readonly ConsoleRecord[] };

export function RecordRows<T>(props: RecordRowsProps<T>) {
  const isNarrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down('md'));
  return isNarrow ? <RecordCards<T> {...props} /> : <RecordTable<T> {...props} />;
}

function RecordTable<T>({ columns, rowActions, bulk, href, data }: RecordRowsProps<T>) {
  return (
    <Card sx={{ overflowX: 'auto' }}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {columns.map(({ label, sort }) =>
              sort === undefined ? (
                <TableCell key={label}>{label}</TableCell>
              ) : (
                <SortedHeading key={label} label={label} sort={sort} />
              ),
            )}
            {rowActions === undefined ? null : <TableCell>Actions</TableCell>}
          </TableRow>
        </TableHead>
        <TableBody>
          {data.map((record) => (
            <TableRow key={record.id} hover>
              {columns.map(({ label, value }, index) => (
                <TableCell key={label} sx={{ overflowWrap: 'break-word' }}>
                  {index === 0 && bulk !== undefined ? (
                    <BulkCheckbox<T> record={record} action={bulk} />
                  ) : null}
                  {index === 0 ? nameOf(record, value, href) : value(record as unknown as T)}
                </TableCell>
              ))}
              {rowActions === undefined ? null : <TableCell>{rowActions(record as unknown as T)}</TableCell>}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

function SortedHeading({ label, sort }: { readonly label: string; readonly sort: string }) {
  const { sort: current, setSort } = useListContext();
  const isActive = current.field === sort;
  const direction = isActive && current.order === 'DESC' ? 'desc' : 'asc';
  return (
    <TableCell sortDirection={isActive ? direction : false}>
      <TableSortLabel
        active={isActive}
        direction={direction}
        onClick={() => {
          setSort({ field: sort, order: isActive && direction === 'asc' ? 'DESC' : 'ASC' });
        }}
      >
        {label}
      </TableSortLabel>
    </TableCell>
  );
}

function RecordCards<T>({ columns, rowActions, bulk, href, data }: RecordRowsProps<T>) {
  const [first, ...others] = columns;
  return data.map((record) => (
    <Card key={record.id} sx={{ mb: 1 }}>
      <CardContent>
        <Typography variant="h3" component="h2" sx={{ overflowWrap: 'anywhere' }}>
          {bulk === undefined ? null : <BulkCheckbox<T> record={record} action={bulk} />}
          {first === undefined ? null : nameOf(record, first.value, href)}
        </Typography>
        <Box component="dl" sx={{ m: 0, mt: 1 }}>
          {others.map(({ label, value }) => (
            <Box key={label} sx={{ display: 'flex', gap: 1, py: 0.25 }}>
              <Box component="dt" sx={{ color: 'text.secondary', minWidth: '7.5rem' }}>
                {label}
              </Box>
              <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere', minWidth: 0 }}>
                {value(record as unknown as T)}
              </Box>
            </Box>
          ))}
        </Box>
        {rowActions?.(record as unknown as T)}
      </CardContent>
    </Card>
  ));
}

function nameOf<T>(record: ConsoleRecord, value: (row: T) => ReactNode, href: RowsProps<T>['href']) {
  const row = record as unknown as T;
  const address = href?.(encodeURIComponent(record.id), row) ?? null;
  if (address === null) return value(row);
  return (
    <Link component={RouterLink} to={address}>
      {value(row)}
    </Link>
  );
}
