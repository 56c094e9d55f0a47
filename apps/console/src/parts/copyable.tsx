import ContentCopy from '@mui/icons-material/ContentCopy';
import { Box, IconButton } from '@mui/material';
import { useNotify } from 'react-admin';

/** A text that has to be written elsewhere exactly, with a button that copies it. */
export function Copyable({ text, what }: { readonly text: string; readonly what: string }) {
  const notify = useNotify();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      notify(`Copied: ${what}.`, { type: 'success' });
    } catch (error) {
      notify(`It could not be copied: ${String(error)}`, { type: 'error' });
    }
  };
  return (
    <Box component="span">
      {text}
      <IconButton size="small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        <ContentCopy fontSize="inherit" />
      </IconButton>
    </Box>
  );
}
