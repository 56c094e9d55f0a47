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
import { CopyButton } from '../copyable.js';
import type { BulkAction } from './bulk.js';
import { BulkCheckbox } from './bulk-action.js';
import { useColumns, useCompact } from './list-view.js';

export interface Column<T> {
  readonly label: string;
  readonly value: (row: T) => ReactNode;
  /** What the route calls this column, if it can sort by it. */
  readonly sort?: string;
  /** A share of the room that is left, such as `50%`. In a list of one line, what doesn't fit is cut. */
  readonly fills?: string;
  /** Not shown until somebody chooses it. */
  readonly isExtra?: true;
}

export interface RowsProps<T> {
  /** The first one names the row. */
  readonly columns: readonly Column<T>[];
  /** Every row of the table has one line; `fills` says which columns are cut where there is no room. */
  readonly isOneLine?: true;
  /** The whole name of a row of which the first column shows a part: on hover, for screen readers, and to be copied. */
  readonly wholeName?: (row: T) => string;
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
  const { shown } = useColumns(props.columns);
  const Rows = isNarrow ? RecordCards<T> : RecordTable<T>;
  return <Rows {...props} columns={shown} />;
}

const CUT = { overflow: 'hidden', textOverflow: 'ellipsis' } as const;
/** As wide as what is shown of it, so that the part that is cut doesn’t lie below the button beside it. */
const CUT_LINK = { ...CUT, display: 'block' } as const;
/** `maxWidth` lets a column be narrower than what is in it. */
const cellOf = (fills: string | undefined) =>
  fills === undefined ? {} : { ...CUT, width: fills, maxWidth: 0, minWidth: '10rem' };

function RecordTable<T>(props: RecordRowsProps<T>) {
  const { columns, isOneLine, rowActions, data } = props;
  const [isCompact] = useCompact();
  const line = isOneLine === undefined ? {} : ({ whiteSpace: 'nowrap', px: 1 } as const);
  return (
    <Card sx={{ overflowX: 'auto' }}>
      <Table size={isCompact ? 'small' : 'medium'} sx={{ '& td, & th': line }}>
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
              {columns.map(({ label, value, fills }, index) => (
                <TableCell key={label} sx={isOneLine === undefined ? {} : cellOf(fills)}>
                  {index === 0 ? (
                    <NameCell<T> {...props} record={record} value={value} />
                  ) : (
                    value(record as unknown as T)
                  )}
                </TableCell>
              ))}
              {rowActions === undefined ? null : (
                <TableCell sx={isCompact ? { py: 0 } : {}}>{rowActions(record as unknown as T)}</TableCell>
              )}
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

function RecordCards<T>(props: RecordRowsProps<T>) {
  const { columns, rowActions, data } = props;
  const [first, ...others] = columns;
  return data.map((record) => (
    <Card key={record.id} sx={{ mb: 1 }}>
      <CardContent>
        <Typography variant="h3" component="h2" sx={{ overflowWrap: 'anywhere' }}>
          {first === undefined ? null : <NameCell<T> {...props} record={record} value={first.value} />}
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

interface NameCellProps<T> extends Pick<RowsProps<T>, 'bulk' | 'href' | 'wholeName'> {
  readonly record: ConsoleRecord;
  readonly value: Column<T>['value'];
}

/** The name of a row: a link to its page, with the box that selects it and, where it is cut, a button that copies it. */
function NameCell<T>({ record, value, bulk, href, wholeName }: NameCellProps<T>) {
  const row = record as unknown as T;
  const address = href?.(encodeURIComponent(record.id), row) ?? null;
  const whole = wholeName?.(row);
  const name =
    address === null ? (
      value(row)
    ) : (
      <Link
        component={RouterLink}
        to={address}
        {...(whole === undefined ? {} : { 'aria-label': whole, sx: CUT_LINK })}
      >
        {value(row)}
      </Link>
    );
  if (bulk === undefined && whole === undefined) return name;
  return (
    <Box component="span" sx={{ display: 'flex', alignItems: 'center' }}>
      {bulk === undefined ? null : <BulkCheckbox<T> record={record} action={bulk} />}
      <Box component="span" title={whole} sx={{ ...CUT, minWidth: 0 }}>
        {name}
      </Box>
      {whole === undefined ? null : (
        <CopyButton text={whole} name={`the official name ${whole}`} sx={{ p: 0.5, ml: 0.5, my: -0.5 }} />
      )}
    </Box>
  );
}
