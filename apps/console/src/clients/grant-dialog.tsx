/** Grants one more application to a new or existing client, by applying a registry document of that one client. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import { useId } from 'react';
import { useMay } from '../api/use-may.js';
import { useDialog } from '../parts/form/use-dialog.js';
import { GrantForm } from './grant-form.js';

interface Props {
  readonly label: string;
  /** Left out for a new client. An existing one keeps its grants. */
  readonly client?: Pick<AnswerOf<'clientShow'>, 'name' | 'environment' | 'grants'>;
}

export function GrantDialog({ label, client }: Props) {
  const { isOpen, open, close } = useDialog(label);
  const titleId = useId();
  if (!useMay('registryApply')) return null;
  return (
    <>
      <Button size="small" variant="outlined" onClick={open} sx={{ m: 0.25 }}>
        {label}
      </Button>
      <Dialog
        open={isOpen}
        onClose={(_, reason) => {
          if (reason === 'escapeKeyDown') close();
        }}
        fullWidth
        maxWidth="sm"
        aria-labelledby={titleId}
      >
        <DialogTitle id={titleId}>{label}</DialogTitle>
        <DialogContent>
          <GrantForm client={client} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Close</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
