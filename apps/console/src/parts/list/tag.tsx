import { Chip } from '@mui/material';

interface Props {
  readonly text: string;
  /** For what sets the row apart from its neighbours, such as its product. */
  readonly isFilled?: boolean;
}

/** A short value by which rows are told apart. Nothing is said by its look alone. */
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
