/** The rows that a change writes: each field as it was and as it will be. */
import { Box, Typography } from '@mui/material';

type Row = Readonly<Record<string, unknown>> | null;

export interface DiffRow {
  readonly table: string;
  readonly key: string;
  readonly before: Row;
  readonly after: Row;
}

/** @param props.done it has happened: said in the past */
export function Diff({ rows, done = false }: { readonly rows: readonly DiffRow[]; readonly done?: boolean }) {
  return rows.map(({ table, key, before, after }) => (
    <Box key={`${table} ${key}`} sx={{ mb: 2 }}>
      <Typography variant="h3" sx={{ mb: 0.5, overflowWrap: 'anywhere' }}>
        {verb(before, after, done)} {table.replaceAll('_', ' ')}
      </Typography>
      <Box component="dl" sx={{ m: 0 }}>
        {changed(before, after).map(([name, was, is]) => (
          <Box
            key={name}
            sx={{ display: { sm: 'flex' }, gap: 2, py: 0.5, borderBottom: 1, borderColor: 'divider' }}
          >
            <Box component="dt" sx={{ color: 'text.secondary', width: '13rem', flexShrink: 0 }}>
              {name.replaceAll('_', ' ')}
            </Box>
            <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere', minWidth: 0 }}>
              {before === null ? null : <del>{was}</del>} {after === null ? null : <ins>{is}</ins>}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  ));
}

function verb(before: Row, after: Row, done: boolean): string {
  if (before === null) return done ? 'Added' : 'Add';
  if (after === null) return done ? 'Took away' : 'Take away';
  return done ? 'Changed' : 'Change';
}

/** A secret that was replaced shows no difference, for it is never shown. */
function changed(before: Row, after: Row): [string, string, string][] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const fields = names
    .map((name): [string, string, string] => [name, said(before?.[name]), said(after?.[name])])
    .filter(([, was, is]) => was !== is);
  return fields.length === 0 ? [['secret', '(not shown)', '(another, not shown)']] : fields;
}

function said(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
