import { Box, Button, Card, CardContent, MenuItem, TextField, Typography } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import { Title } from 'react-admin';
import { callRouteWith } from '../api/call-route.js';

const FIELDS = [
  { name: 'client', label: 'Client' },
  { name: 'environment', label: 'Environment' },
  { name: 'path', label: 'Path with query, as the service sends it' },
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

/** How a request that nobody sent would be decided. */
export default function ExplainPage() {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (body: unknown) => callRouteWith('explain', { body }),
  });
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Explain" />
      <Typography variant="h1" gutterBottom>
        Explain a request
      </Typography>
      <Card>
        <CardContent>
          <Box
            component="form"
            onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
              event.preventDefault();
              mutate(Object.fromEntries(new FormData(event.currentTarget)));
            }}
          >
            <Typography>Nothing is sent to e-RS. Never write an NHS number here.</Typography>
            {FIELDS.map(({ name, label }) => (
              <TextField
                key={name}
                id={name}
                name={name}
                label={label}
                required
                fullWidth
                margin="dense"
                variant="outlined"
              />
            ))}
            <TextField
              id="method"
              name="method"
              label="Method"
              select
              defaultValue="GET"
              fullWidth
              margin="dense"
              variant="outlined"
            >
              {METHODS.map((method) => (
                <MenuItem key={method} value={method}>
                  {method}
                </MenuItem>
              ))}
            </TextField>
            <Button type="submit" variant="contained" disabled={isPending} sx={{ mt: 1 }}>
              Explain
            </Button>
          </Box>
          {error === null ? null : <Typography role="alert">{error.message}</Typography>}
          {data === undefined ? null : (
            <Box
              component="pre"
              tabIndex={0}
              aria-label="Explanation"
              sx={{ overflowX: 'auto', fontSize: 14 }}
            >
              {JSON.stringify(data, null, 2)}
            </Box>
          )}
        </CardContent>
      </Card>
    </Box>
  );
}
