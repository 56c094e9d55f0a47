import type { CsvEffect } from '@gatehouse/contracts/registry/registry-csv';
import { Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { RecordRows } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

const PAGE = 200;

/** What each line would do. */
export function Effects({ effects }: { readonly effects: readonly CsvEffect[] }) {
  const [shown, setShown] = useState(PAGE);
  const count = (action: CsvEffect['action']) => effects.filter((effect) => effect.action === action).length;
  return (
    <>
      <Typography variant="h2" gutterBottom>
        What it would do
      </Typography>
      <Typography role="status" sx={{ mb: 1 }}>
        Lines: {count('create')} create, {count('update')} change, {count('retire')} retire,{' '}
        {count('unchanged')} leave as it is.
      </Typography>
      <RecordRows<CsvEffect>
        data={effects.slice(0, shown).map((effect) => ({ ...effect, id: String(effect.line) }))}
        columns={[
          { label: 'Line', value: ({ line }) => `Line ${line}` },
          { label: 'Effect', value: ({ action }) => <StateChip state={action} /> },
          { label: 'Changes', value: ({ changes }) => <Changes changes={changes} /> },
        ]}
      />
      {effects.length > shown ? (
        <Button
          onClick={() => {
            setShown(shown + PAGE);
          }}
        >
          Show more
        </Button>
      ) : null}
    </>
  );
}

function Changes({ changes }: Pick<CsvEffect, 'changes'>) {
  return changes.map(({ kind, key, action, fields }) => (
    <Box key={`${kind} ${key}`} sx={{ mb: 0.5 }}>
      {kind} {key}
      {action === 'unchanged' ? ': as it is' : null}
      {fields.map(({ name, before, after }) => (
        <Box key={name} sx={{ color: 'text.secondary' }}>
          {name}: {before === null ? null : <del>{said(before)}</del>} <ins>{said(after)}</ins>
        </Box>
      ))}
    </Box>
  ));
}

function said(value: CsvEffect['changes'][number]['fields'][number]['after']): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : value.join(', ');
}
