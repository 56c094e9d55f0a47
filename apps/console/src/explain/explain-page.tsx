import { explainRequest } from '@gatehouse/contracts/operation/operation-resources';
import { Alert, Box, Button, Card, CardContent, Typography } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { Title } from 'react-admin';
import { callRouteWith } from '../api/call-route.js';
import { type FieldFault, messageOf, ProblemError } from '../api/problem-error.js';
import { checkForm, faultOf } from '../parts/form/faults.js';
import { FieldInput } from '../parts/form/field-input.js';
import { bodyOfNew, type Field, textsOf } from '../parts/form/fields.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';

const FIELDS: readonly Field[] = [
  { name: 'client', label: 'Client', required: true },
  { name: 'environment', label: 'Environment', required: true },
  {
    name: 'path',
    label: 'Path',
    required: true,
    help: 'With its query, as the service sends it. Never enter an NHS number.',
  },
  {
    name: 'method',
    label: 'Method',
    required: true,
    choices: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'],
    initial: 'GET',
  },
];

/** Shows how Gatehouse would decide a request, without sending it. */
export default function ExplainPage() {
  const [formFaults, setFormFaults] = useState<readonly FieldFault[]>([]);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (body: unknown) => callRouteWith('explain', { body }),
  });
  const faults = error instanceof ProblemError ? error.faults : formFaults;
  const submit = (form: HTMLFormElement): void => {
    const texts = textsOf(FIELDS, new FormData(form));
    const body = bodyOfNew(FIELDS, texts);
    const found = checkForm(FIELDS, texts, body, explainRequest);
    setFormFaults(found);
    if (found.length > 0) focusFirstFault(form);
    else mutate(body);
  };
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Explain a request" />
      <Typography variant="h1" gutterBottom>
        Explain a request
      </Typography>
      <Card>
        <CardContent>
          <Box
            component="form"
            noValidate
            onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
              event.preventDefault();
              submit(event.currentTarget);
            }}
          >
            <Typography>
              Gatehouse decides the request as if the service had sent it. Nothing is sent to e-RS.
            </Typography>
            {FIELDS.map((field) => (
              <FieldInput key={field.name} field={field} fault={faultOf(field, faults)?.detail} />
            ))}
            <Button type="submit" variant="contained" disabled={isPending} sx={{ mt: 1 }}>
              Explain
            </Button>
          </Box>
          {error === null ? null : (
            <Alert severity="error" sx={{ mt: 1 }}>
              {messageOf(error)}
            </Alert>
          )}
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
