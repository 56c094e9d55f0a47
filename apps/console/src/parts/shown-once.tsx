import { Alert, Button, TextField } from '@mui/material';

interface Props {
  readonly secret: string;
  readonly label?: string;
  /** What to do with it. */
  readonly advice?: string;
}

/** A secret that nobody can ask for again. */
export function ShownOnce({
  secret,
  label = 'Secret',
  advice = 'Copy it now into your secret store: it is not kept and will not be shown again.',
}: Props) {
  return (
    <>
      <Alert severity="warning" sx={{ mb: 2 }}>
        {advice}
      </Alert>
      <TextField label={label} value={secret} fullWidth slotProps={{ htmlInput: { readOnly: true } }} />
      <Button onClick={() => void navigator.clipboard.writeText(secret)} sx={{ mt: 1 }}>
        Copy
      </Button>
    </>
  );
}
