import { Alert, Button, TextField } from '@mui/material';

/** A secret that nobody can ask for again. */
export function ShownOnce({ secret }: { readonly secret: string }) {
  return (
    <>
      <Alert severity="warning" sx={{ mb: 2 }}>
        Copy it now into your secret store: it is not kept and will not be shown again.
      </Alert>
      <TextField label="Secret" value={secret} fullWidth slotProps={{ htmlInput: { readOnly: true } }} />
      <Button onClick={() => void navigator.clipboard.writeText(secret)} sx={{ mt: 1 }}>
        Copy
      </Button>
    </>
  );
}
