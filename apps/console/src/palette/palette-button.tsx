import KeyboardCommandKey from '@mui/icons-material/KeyboardCommandKey';
import { IconButton } from '@mui/material';
import { Suspense, useEffect, useState } from 'react';
import { Palette } from './lazy-palette.js';

/** Opens the palette, as Ctrl+K does, or ⌘K on a Mac. */
export function PaletteButton() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      // Browsers have a use of their own for it.
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
  return (
    <>
      <IconButton
        color="inherit"
        aria-label="Go to"
        title="Go to a page, an action or a record (Ctrl K)"
        aria-keyshortcuts="Control+K Meta+K"
        // The bar of a phone has no room for it, and a phone no such keys.
        sx={{ display: { xs: 'none', sm: 'inline-flex' } }}
        onClick={() => {
          setOpen(true);
        }}
      >
        <KeyboardCommandKey />
      </IconButton>
      {isOpen ? (
        <Suspense>
          <Palette
            close={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
