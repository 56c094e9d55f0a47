/** A list as a table, or as cards where the screen is narrow. */
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
} from '@mui/material';
import { Typography, useMediaQuery, type Theme } from '@mui/material';
import type { ReactElement, ReactNode } from 'react';
import { FilterButton, List, Pagination, TopToolbar, useListContext } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import type { ConsoleRecord } from '../api/data-provider.js';
import { type BulkAction, BulkBar, Choose } from './bulk.js';

export interface Column<T> {
  readonly label: string;
  readonly value: (row: T) => ReactNode;
  /** What its route calls it, where it sorts by it. */
  readonly sort?: string;
}

export interface RegisterListProps<T> {
  readonly title: string;
  /** The first one names the row. */
  readonly columns: readonly Column<T>[];
  readonly filters?: ReactElement[];
  /** Between the heading and the list. */
  readonly above?: ReactNode;
  /** Buttons above the list. */
  readonly actions?: ReactNode;
  /** Buttons of one row. */
  readonly rowActions?: (row: T) => ReactNode;
  /** What can be done with many rows at once. */
  readonly bulk?: BulkAction<T>;
  /** Where a row leads. */
  readonly href?: (id: string) => string;
  /** What to do when there is nothing yet. */
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
      actions={
        <TopToolbar>
          {filters === undefined ? null : <FilterButton />}
          {actions}
        </TopToolbar>
      }
      pagination={<Pagination rowsPerPageOptions={[25, 50, 100]} />}
    >
      <Typography variant="h1" sx={{ mb: 2 }}>
        {title}
      </Typography>
      {above}
      <Rows<T> empty={empty} {...rows} />
    </List>
  );
}

type RowsProps<T> = Pick<RegisterListProps<T>, 'columns' | 'rowActions' | 'bulk' | 'href'>;
type ListedProps<T> = RowsProps<T> & Pick<RegisterListProps<T>, 'empty'>;

function Rows<T>({ empty, ...props }: ListedProps<T>) {
  const list = useListContext<ConsoleRecord>();
  const { data = [] } = list;
  if (list.isPending) return null;
  if (data.length === 0) {
    const filtered = Object.keys(list.filterValues as object).length > 0;
    return (
      <Typography component="div" sx={{ maxWidth: '44rem' }}>
        {filtered ? 'Nothing matches. Take away a filter.' : empty}
      </Typography>
    );
  }
  return (
    <>
      {props.bulk === undefined ? null : <BulkBar<T> action={props.bulk} />}
      <RecordRows<T> {...props} data={data} />
    </>
  );
}

/** Records that are no resource of react-admin, shown like those that are. */
export function RecordRows<T>({ data, ...props }: ShownProps<T>) {
  const narrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down('md'));
  return narrow ? <Cards<T> {...props} data={data} /> : <Wide<T> {...props} data={data} />;
}

type ShownProps<T> = RowsProps<T> & { readonly data: readonly ConsoleRecord[] };

function Wide<T>({ columns, rowActions, bulk, href, data }: ShownProps<T>) {
  return (
    <Card sx={{ overflowX: 'auto' }}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {columns.map(({ label, sort }) =>
              sort === undefined ? (
                <TableCell key={label}>{label}</TableCell>
              ) : (
                <SortedBy key={label} label={label} sort={sort} />
              ),
            )}
            {rowActions === undefined ? null : <TableCell>Actions</TableCell>}
          </TableRow>
        </TableHead>
        <TableBody>
          {data.map((record) => (
            <TableRow key={record.id} hover>
              {columns.map(({ label, value }, at) => (
                <TableCell key={label} sx={{ overflowWrap: 'anywhere' }}>
                  {at === 0 && bulk !== undefined ? <Choose<T> record={record} action={bulk} /> : null}
                  {at === 0 ? named(record, value, href) : value(record as unknown as T)}
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

function SortedBy({ label, sort }: { readonly label: string; readonly sort: string }) {
  const { sort: current, setSort } = useListContext();
  const active = current.field === sort;
  const direction = active && current.order === 'DESC' ? 'desc' : 'asc';
  return (
    <TableCell sortDirection={active ? direction : false}>
      <TableSortLabel
        active={active}
        direction={direction}
        onClick={() => {
          setSort({ field: sort, order: active && direction === 'asc' ? 'DESC' : 'ASC' });
        }}
      >
        {label}
      </TableSortLabel>
    </TableCell>
  );
}

function Cards<T>({ columns, rowActions, bulk, href, data }: ShownProps<T>) {
  const [first, ...others] = columns;
  return data.map((record) => (
    <Card key={record.id} sx={{ mb: 1 }}>
      <CardContent>
        <Typography variant="h3" component="h2" sx={{ overflowWrap: 'anywhere' }}>
          {bulk === undefined ? null : <Choose<T> record={record} action={bulk} />}
          {first === undefined ? null : named(record, first.value, href)}
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

function named<T>(record: ConsoleRecord, value: (row: T) => ReactNode, href?: (id: string) => string) {
  const text = value(record as unknown as T);
  if (href === undefined) return text;
  return (
    <Link component={RouterLink} to={href(encodeURIComponent(record.id))}>
      {text}
    </Link>
  );
}
