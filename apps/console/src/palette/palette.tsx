/** Finds pages, actions and records as somebody types, and opens one of them. */
import {
  Autocomplete,
  Box,
  Dialog,
  DialogContent,
  ListSubheader,
  TextField,
  Typography,
} from '@mui/material';
import { useNavigate } from 'react-router-dom';
import type { OpensDialog } from '../parts/form/use-dialog.js';
import type { PaletteItem } from './palette-items.js';
import { usePaletteItems } from './use-palette-items.js';

export default function Palette({ close }: { readonly close: () => void }) {
  const { typed, type, items, note } = usePaletteItems();
  const navigate = useNavigate();
  const open = (item: PaletteItem): void => {
    close();
    if (item.opens === undefined) void navigate(item.to);
    else void navigate(item.to, { state: { opens: item.opens } satisfies OpensDialog });
  };
  return (
    <Dialog
      open
      onClose={close}
      fullWidth
      maxWidth="sm"
      slotProps={{ paper: { 'aria-label': 'Go to' } }}
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
    >
      <DialogContent sx={{ height: '28rem', maxHeight: '80vh' }}>
        <Autocomplete<PaletteItem>
          open
          value={null}
          autoHighlight
          forcePopupIcon={false}
          disablePortal
          options={items}
          filterOptions={(all) => all}
          groupBy={({ group }) => group}
          getOptionLabel={({ label }) => label}
          getOptionKey={({ group, to, label }) => `${group} ${to} ${label}`}
          inputValue={typed}
          onInputChange={(_, text, reason) => {
            if (reason === 'input') type(text);
          }}
          onChange={(_, item) => {
            if (item !== null) open(item);
          }}
          onClose={(_, reason) => {
            if (reason === 'escape') close();
          }}
          noOptionsText="Press Escape to close."
          renderGroup={({ key, group, children }) => (
            <Box key={key} component="li" role="group" aria-label={group}>
              <ListSubheader component="div" disableSticky aria-hidden sx={{ lineHeight: 2.5 }}>
                {group}
              </ListSubheader>
              <Box component="ul" role="none" sx={{ p: 0 }}>
                {children}
              </Box>
            </Box>
          )}
          renderOption={({ key, ...props }, { label, detail }) => (
            <li key={key} {...props}>
              <Typography component="span" sx={{ overflowWrap: 'anywhere' }}>
                {label}
                <Typography component="span" variant="body2" color="text.secondary" sx={{ ml: 1 }}>
                  {detail}
                </Typography>
              </Typography>
            </li>
          )}
          renderInput={(params) => (
            <TextField
              {...params}
              autoFocus
              label="Go to"
              placeholder="Page, action, ODS code, name, ASID, id or error code"
              helperText={note}
              slotProps={{ formHelperText: { role: 'status' } }}
            />
          )}
          slotProps={{
            popper: { placement: 'bottom', modifiers: [{ name: 'flip', enabled: false }] },
            listbox: { sx: { maxHeight: '18rem' } },
          }}
        />
      </DialogContent>
    </Dialog>
  );
}
