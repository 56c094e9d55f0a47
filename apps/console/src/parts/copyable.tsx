import Check from '@mui/icons-material/Check';
import ContentCopy from '@mui/icons-material/ContentCopy';
import { Box, IconButton, type SxProps } from '@mui/material';
import { useCopy } from './use-copy.js';

/** A text that has to be entered elsewhere exactly, with a button that copies it. */
export function Copyable(props: CopyProps) {
  return (
    <Box component="span">
      {props.text}
      <CopyButton {...props} />
    </Box>
  );
}

interface CopyProps {
  readonly text: string;
  readonly name: string;
  readonly sx?: SxProps;
}

/** Copies a text that stands beside it, or a longer one. */
export function CopyButton({ text, name, sx = {} }: CopyProps) {
  const { state, copy } = useCopy(text);
  return (
    <>
      <IconButton size="small" aria-label={`Copy ${name}`} onClick={copy} sx={sx}>
        {state === 'copied' ? (
          <Check fontSize="inherit" color="success" />
        ) : (
          <ContentCopy fontSize="inherit" />
        )}
      </IconButton>
      <Box component="span" role="status" sx={{ color: 'text.secondary', fontSize: '0.875rem' }}>
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy. Select the text instead.' : ''}
      </Box>
    </>
  );
}
