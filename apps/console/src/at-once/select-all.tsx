import { Button } from '@mui/material';
import { Suspense, useState } from 'react';
import { useListContext } from 'react-admin';
import { useMay } from '../api/use-may.js';
import type { Listed } from './at-once.js';
import { AtOnce } from './lazy-at-once.js';

/** Offered once the list is filtered: never for everything. */
export function SelectAll({ of }: { readonly of: Listed }) {
  const list = useListContext();
  const [wanted, setWanted] = useState('');
  const filter = list.filterValues as Readonly<Record<string, string>>;
  const key = JSON.stringify(filter);
  if (!useMay(`${of}AtOnceChange`) || Object.keys(filter).length === 0) return null;
  return wanted === key ? (
    <Suspense>
      <AtOnce key={key} of={of} filter={filter} />
    </Suspense>
  ) : (
    <Button
      size="small"
      variant="outlined"
      sx={{ mb: 1 }}
      onClick={() => {
        setWanted(key);
      }}
    >
      Select all that match
    </Button>
  );
}
