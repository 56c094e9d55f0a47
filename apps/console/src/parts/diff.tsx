/** The rows that a change writes, with each field before and after. */
import { Box, Typography } from '@mui/material';
import { NONE } from './dates.js';

type Row = Readonly<Record<string, unknown>> | null;

export interface DiffRow {
  readonly table: string;
  readonly key: string;
  readonly before: Row;
  readonly after: Row;
}

interface DiffProps {
  readonly rows: readonly DiffRow[];
  /** The change has been made, so it is described in the past tense. */
  readonly isPast?: boolean;
}

export function Diff({ rows, isPast = false }: DiffProps) {
  return rows.map(({ table, key, before, after }) => (
    <Box key={`${table} ${key}`} sx={{ mb: 2 }}>
      <Typography variant="h3" sx={{ mb: 0.5, overflowWrap: 'anywhere' }}>
        {verbFor(before, after, isPast)} {table.replaceAll('_', ' ')}
      </Typography>
      <Box component="dl" sx={{ m: 0 }}>
        {changedFields(before, after).map(([name, was, is]) => (
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

function verbFor(before: Row, after: Row, isPast: boolean): string {
  if (before === null) return isPast ? 'Added' : 'Add';
  if (after === null) return isPast ? 'Removed' : 'Remove';
  return isPast ? 'Changed' : 'Change';
}

/** Secrets are never shown, so a row may have changed in nothing but a secret. */
function changedFields(before: Row, after: Row): [string, string, string][] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const fields = names
    .map((name): [string, string, string] => [name, textOf(before?.[name]), textOf(after?.[name])])
    .filter(([, was, is]) => was !== is);
  return fields.length === 0 ? [['secret', 'not shown', 'new value, not shown']] : fields;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
