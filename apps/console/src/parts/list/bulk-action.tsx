/** One action for several selected rows: the boxes that select them, and the button that opens its dialog. */
import { Box, Button, Checkbox } from '@mui/material';
import { Suspense, useState } from 'react';
import { useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { useMay } from '../../api/use-may.js';
import type { BulkAction } from './bulk.js';
import { BulkDialog } from './lazy-bulk-dialog.js';

/** Disabled for rows to which the action does not apply. */
export function BulkCheckbox<T>({ record, action }: { record: ConsoleRecord; action: BulkAction<T> }) {
  const { selectedIds, onToggleItem } = useListContext<ConsoleRecord>();
  if (!useMay(action.route)) return null;
  const row = record as unknown as T;
  return (
    <Checkbox
      size="small"
      sx={{ p: 0.5, mr: 0.5, my: -0.5 }}
      disabled={action.request(row) === null}
      checked={selectedIds.includes(record.id)}
      onChange={() => {
        onToggleItem(record.id);
      }}
      slotProps={{ input: { 'aria-label': `Select ${action.name(row)}` } }}
    />
  );
}

export function BulkBar<T>({ action }: { readonly action: BulkAction<T> }) {
  const { selectedIds, data = [], onUnselectItems } = useListContext<ConsoleRecord>();
  const [isOpen, setOpen] = useState(false);
  if (!useMay(action.route)) return null;
  const selected = data.filter(({ id }) => selectedIds.includes(id)) as unknown as T[];
  if (selected.length === 0 && !isOpen) return null;
  const close = (): void => {
    setOpen(false);
    onUnselectItems();
  };
  return (
    <Box sx={{ mb: 1 }}>
      <Button
        size="small"
        variant="contained"
        color="error"
        onClick={() => {
          setOpen(true);
        }}
      >
        {action.label} ({selected.length} selected)
      </Button>
      {isOpen ? (
        <Suspense>
          <BulkDialog action={action as BulkAction<unknown>} rows={selected} close={close} />
        </Suspense>
      ) : null}
    </Box>
  );
}
