import type { CsvEffect } from '@gatehouse/contracts/registry/registry-csv';
import { Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { inWords } from '../parts/diff-words.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { StateTag } from '../parts/state-tag.js';
import { counted } from '../parts/words.js';

const PAGE = 200;

/** The effect that each line would have. */
export function Effects({ effects }: { readonly effects: readonly CsvEffect[] }) {
  const [rowCount, setRowCount] = useState(PAGE);
  // Lines that share an application say the same of it.
  const live = new Set(effects.flatMap(({ changes }) => changes.filter(goesLive).map(({ key }) => key))).size;
  const count = (action: CsvEffect['action']) => effects.filter((effect) => effect.action === action).length;
  return (
    <>
      <Typography variant="h2" gutterBottom>
        Preview
      </Typography>
      <Typography role="status" sx={{ mb: 1 }}>
        Lines: {count('create')} to create, {count('update')} to change, {count('retire')} to retire,{' '}
        {count('unchanged')} without a change.
        {live === 0 ? '' : ` ${counted(live, 'application goes live', 'applications go live')}.`}
      </Typography>
      <RecordRows<CsvEffect>
        data={effects.slice(0, rowCount).map((effect) => ({ ...effect, id: String(effect.line) }))}
        columns={[
          { label: 'Line', value: ({ line }) => `Line ${line}` },
          { label: 'Effect', value: ({ action }) => <StateTag state={action} /> },
          { label: 'Changes', value: ({ changes }) => <Changes changes={changes} /> },
        ]}
      />
      {effects.length > rowCount ? (
        <Button
          onClick={() => {
            setRowCount(rowCount + PAGE);
          }}
        >
          Show more
        </Button>
      ) : null}
    </>
  );
}

const goesLive = ({ kind, fields }: CsvEffect['changes'][number]): boolean =>
  kind === 'application' && fields.some(({ name, after }) => name === 'state' && after === 'live');

function Changes({ changes }: Pick<CsvEffect, 'changes'>) {
  return changes.map(({ kind, key, action, fields }) => (
    <Box key={`${kind} ${key}`} sx={{ mb: 0.5 }}>
      {inWords(kind)} {key}
      {action === 'unchanged' ? ': no change' : null}
      {fields.map(({ name, before, after }) => (
        <Box key={name} sx={{ color: 'text.secondary' }}>
          {inWords(name)}: {before === null ? null : <del>{textOf(before)}</del>} <ins>{textOf(after)}</ins>
        </Box>
      ))}
    </Box>
  ));
}

function textOf(value: CsvEffect['changes'][number]['fields'][number]['after']): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : value.join(', ');
}
