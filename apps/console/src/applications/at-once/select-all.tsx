import { Button } from '@mui/material';
import { Suspense, useState } from 'react';
import { useListContext } from 'react-admin';
import { useMay } from '../../api/use-may.js';
import { AtOnce } from './lazy-at-once.js';

/** Offered once the list is filtered: never for every application. */
export function SelectAll() {
  const list = useListContext();
  const [wanted, setWanted] = useState('');
  const filter = list.filterValues as Readonly<Record<string, string>>;
  const key = JSON.stringify(filter);
  if (!useMay('applicationsAtOnceChange') || Object.keys(filter).length === 0) return null;
  return wanted === key ? (
    <Suspense>
      <AtOnce key={key} filter={filter} />
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
