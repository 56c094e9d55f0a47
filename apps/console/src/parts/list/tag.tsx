import { Chip } from '@mui/material';

interface Props {
  readonly text: string;
  /** For what sets the row apart from its neighbours, such as its product. */
  readonly isFilled?: boolean;
}

/** A short value that distinguishes a row from its neighbours. Its colour and outline alone mean nothing. */
export function Tag({ text, isFilled = false }: Props) {
  return (
    <Chip
      size="small"
      label={text}
      title={text}
      variant={isFilled ? 'filled' : 'outlined'}
      sx={{ maxWidth: '10rem' }}
    />
  );
}
