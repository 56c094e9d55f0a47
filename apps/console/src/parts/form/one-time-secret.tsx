import { Alert, Box, Button, TextField, Typography } from '@mui/material';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router-dom';
import { useCopy } from '../use-copy.js';

interface Props {
  readonly secret: string;
  readonly label?: string;
  /** What to do with it. */
  readonly advice?: string;
}

/** A secret that nobody can show again. */
export function OneTimeSecret({
  secret,
  label = 'Secret',
  advice = 'Copy it to your secret store now. It will not be shown again.',
}: Props) {
  const input = useRef<HTMLInputElement>(null);
  const { state, copy } = useCopy(secret);
  // The browser asks before it closes or reloads the page.
  useBeforeUnload(
    useCallback((event: BeforeUnloadEvent) => {
      event.preventDefault();
    }, []),
  );
  const wasHeld = useHeldPage();
  return (
    <>
      <Alert severity="warning" sx={{ mb: 2 }}>
        {advice}
      </Alert>
      {wasHeld ? (
        <Alert severity="error" sx={{ mb: 2 }}>
          Leaving this page would lose it. Save it first, then press “I have saved it”.
        </Alert>
      ) : null}
      <TextField
        label={label}
        value={secret}
        inputRef={input}
        onFocus={() => input.current?.select()}
        fullWidth
        slotProps={{ htmlInput: { readOnly: true } }}
      />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1 }}>
        <Button variant="outlined" onClick={copy}>
          Copy
        </Button>
        <Typography role="status">
          {state === 'copied'
            ? 'Copied to the clipboard.'
            : state === 'failed'
              ? 'Could not copy. Select the text and copy it yourself.'
              : ''}
        </Typography>
      </Box>
    </>
  );
}

/** Keeps the Back button, and every other way to another page of the console, from taking the secret away. */
function useHeldPage(): boolean {
  const [wasHeld, setHeld] = useState(false);
  const blocker = useBlocker(true);
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    blocker.reset();
    setHeld(true);
  }, [blocker]);
  return wasHeld;
}
