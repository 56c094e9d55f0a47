import { explainRequest } from '@gatehouse/contracts/operation/operation-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Card, CardContent, Typography } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { callRouteWith } from '../api/call-route.js';
import { type FieldFault, ProblemError } from '../api/problem-error.js';
import { checkForm, faultOf, problemOfFaults } from '../parts/form/faults.js';
import { FieldInput } from '../parts/form/field-input.js';
import { bodyOfNew, type Field, textsOf } from '../parts/form/fields.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';
import { FormProblem } from '../parts/form/form-problem.js';
import { Explanation } from './explanation.js';
import { PageTitle } from '../parts/page-title.js';

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
  {
    name: 'session',
    label: 'User session',
    help: 'For a request of a signed-in user: the id from “User sessions”, never the handle.',
  },
  {
    name: 'user.product',
    label: 'Product of the user',
    help: 'In place of a session: what the user would be.',
  },
  {
    name: 'user.authenticationLevel',
    label: 'Authentication level of the user',
    kind: 'number',
    choices: ['', '2', '3'],
  },
  { name: 'user.roles', label: 'Roles of the user', kind: 'list', help: 'R69:REFERRING_CLINICIAN' },
  {
    name: 'headers.NHSD-End-User-Organisation-ODS',
    label: 'Organisation',
    help: 'If the request chooses one',
  },
  {
    name: 'headers.NHSD-eRS-Business-Function',
    label: 'Business function',
    help: 'If the request chooses one',
  },
  {
    name: 'headers.NHSD-eRS-On-Behalf-Of-User-ID',
    label: 'On behalf of',
    help: 'If the request names a user',
  },
];

/** Shows how Gatehouse would decide a request, without sending it. */
export default function ExplainPage() {
  const [formFaults, setFormFaults] = useState<readonly FieldFault[]>([]);
  const formElement = useRef<HTMLFormElement>(null);
  const { mutate, reset, data, error, isPending } = useMutation({
    mutationFn: async (body: unknown) => (await callRouteWith('explain', { body })) as AnswerOf<'explain'>,
  });
  const faults = error instanceof ProblemError ? error.faults : formFaults;
  useEffect(() => {
    if (faults.length > 0) focusFirstFault(formElement.current);
  }, [faults]);
  const submit = (form: HTMLFormElement): void => {
    const texts = textsOf(FIELDS, new FormData(form));
    const body = bodyOfNew(FIELDS, texts);
    const faultsFound = checkForm(FIELDS, texts, body, explainRequest);
    setFormFaults(faultsFound);
    // An earlier answer must not stand below a form that asks for something else.
    reset();
    if (faultsFound.length === 0) mutate(body);
  };
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Explain a request</PageTitle>
      <Typography variant="h1" gutterBottom>
        Explain a request
      </Typography>
      <Card>
        <CardContent>
          <Box
            component="form"
            ref={formElement}
            noValidate
            onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
              event.preventDefault();
              submit(event.currentTarget);
            }}
          >
            <Typography>
              Gatehouse decides the request as if the service had sent it. Nothing is sent to e-RS.
            </Typography>
            {error instanceof ProblemError ? (
              <FormProblem problem={problemOfFaults(FIELDS, error.faults, error)} />
            ) : null}
            {FIELDS.map((field) => (
              <FieldInput key={field.name} field={field} fault={faultOf(field, faults)?.detail} />
            ))}
            <Button type="submit" variant="contained" disabled={isPending} sx={{ mt: 1 }}>
              Explain
            </Button>
          </Box>
          {data === undefined ? null : <Explanation {...data} />}
        </CardContent>
      </Card>
    </Box>
  );
}
