/** The rows that a change writes, with each field before and after. */
import type { Thing } from '@gatehouse/contracts/governance/change-resources';
import { Box, Typography } from '@mui/material';
import { Fragment, type ReactNode } from 'react';
import { NONE } from './dates.js';
import { fieldLabel, fieldText, inWords } from './diff-words.js';
import { ThingLink } from './thing-link.js';

type Row = Readonly<Record<string, unknown>> | null;

export interface DiffRow {
  readonly table: string;
  readonly key: string;
  readonly before: Row;
  readonly after: Row;
}

interface DiffProps {
  readonly rows: readonly DiffRow[];
  /** What the ids in the rows stand for. */
  readonly things?: readonly Thing[];
  /** The change has been made, so it is described in the past tense. */
  readonly isPast?: boolean;
}

export function Diff({ rows, things = [], isPast = false }: DiffProps) {
  return rows.map(({ table, key, before, after }) => (
    <Box key={`${table} ${key}`} sx={{ mb: 2 }}>
      <Typography variant="h3" sx={{ mb: 0.5, overflowWrap: 'anywhere' }}>
        {headingOf(table, verbFor(before, after, isPast))}
      </Typography>
      <Box component="dl" sx={{ m: 0 }}>
        {changedFields(before, after).map(([name, was, is]) => (
          <Box
            key={name}
            sx={{ display: { sm: 'flex' }, gap: 2, py: 0.5, borderBottom: 1, borderColor: 'divider' }}
          >
            <Box component="dt" sx={{ color: 'text.secondary', width: '13rem', flexShrink: 0 }}>
              {fieldLabel(name)}
            </Box>
            <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere', minWidth: 0 }}>
              {before === null ? null : <del>{diffValue(was, things)}</del>}{' '}
              {after === null ? null : <ins>{diffValue(is, things)}</ins>}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  ));
}

/** A record that is shown as it would be is not written itself. */
function headingOf(table: string, verb: string): string {
  const name = inWords(table);
  return name.endsWith(' as it would be') ? `The ${name}` : `${verb} ${name}`;
}

function verbFor(before: Row, after: Row, isPast: boolean): string {
  if (before === null) return isPast ? 'Added' : 'Add';
  if (after === null) return isPast ? 'Removed' : 'Remove';
  return isPast ? 'Changed' : 'Change';
}

/** Secrets are never shown, so a row may have changed in nothing but a secret. */
function changedFields(before: Row, after: Row): [name: string, was: unknown, is: unknown][] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const fields = names
    .map((name): [string, unknown, unknown] => [name, before?.[name], after?.[name]])
    .filter(([, was, is]) => JSON.stringify(was ?? null) !== JSON.stringify(is ?? null));
  return fields.length === 0 ? [['secret', 'not shown', 'new value, not shown']] : fields;
}

/** A value, or each of a list, with the name of what it is an id of. */
function diffValue(value: unknown, things: readonly Thing[]): ReactNode {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) return NONE;
  return values.map((each, index) => {
    const thing = things.find(({ id }) => id === each);
    return (
      <Fragment key={String(index)}>
        {index === 0 ? '' : ', '}
        {thing === undefined ? fieldText(each) : <ThingLink {...thing} />}
      </Fragment>
    );
  });
}
