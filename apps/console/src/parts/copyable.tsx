import Check from '@mui/icons-material/Check';
import ContentCopy from '@mui/icons-material/ContentCopy';
import { Box, IconButton } from '@mui/material';
import { useCopy } from './use-copy.js';

/** A text that has to be entered elsewhere exactly, with a button that copies it. */
export function Copyable({ text, name }: { readonly text: string; readonly name: string }) {
  const { state, copy } = useCopy(text);
  return (
    <Box component="span">
      {text}
      <IconButton size="small" aria-label={`Copy ${name}`} onClick={copy}>
        {state === 'copied' ? (
          <Check fontSize="inherit" color="success" />
        ) : (
          <ContentCopy fontSize="inherit" />
        )}
      </IconButton>
      <Box component="span" role="status" sx={{ color: 'text.secondary', fontSize: '0.875rem' }}>
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy. Select the text instead.' : ''}
      </Box>
    </Box>
  );
}
