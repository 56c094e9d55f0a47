import { lintAssertionRequest } from '@gatehouse/contracts/operation/lint-assertion-routes';
import { Box, Button, Card, CardContent, Typography } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { type FieldFault, ProblemError } from '../api/problem-error.js';
import { checkForm, faultOf, problemOfFaults } from '../parts/form/faults.js';
import { FieldInput } from '../parts/form/field-input.js';
import { bodyOfNew, type Field, textsOf } from '../parts/form/fields.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';
import { FormProblem } from '../parts/form/form-problem.js';
import { PageTitle } from '../parts/page-title.js';
import { Findings } from './findings.js';

const fieldsFor = (application: string): readonly Field[] => [
  {
    name: 'assertion',
    label: 'Client assertion',
    kind: 'pasted',
    required: true,
    help: 'The value of client_assertion: three parts with dots between them',
  },
  {
    name: 'application',
    label: 'Application id',
    initial: application,
    help: 'An application of this gateway: its keys, token URL and API key are compared',
  },
  { name: 'tokenUrl', label: 'Token URL', help: 'For any other application: the token URL that is called' },
  {
    name: 'jwks',
    label: 'JWKS',
    kind: 'pasted',
    help: 'For any other application: what its JWKS URL returns. Without it, kid and signature are not checked',
  },
];

/** Says what API Management would answer to a client assertion. It is sent in the body, and kept by nobody. */
export default function CheckAssertionPage() {
  const [search] = useSearchParams();
  const fields = fieldsFor(search.get('application') ?? '');
  const [formFaults, setFormFaults] = useState<readonly FieldFault[]>([]);
  const formElement = useRef<HTMLFormElement>(null);
  const { mutate, reset, data, error, isPending } = useMutation({
    mutationFn: (body: unknown) => callRoute('assertionLint', { body: lintAssertionRequest.parse(body) }),
    // Not remembered by the page either.
    gcTime: 0,
  });
  const faults = error instanceof ProblemError ? error.faults : formFaults;
  useEffect(() => {
    if (faults.length > 0) focusFirstFault(formElement.current);
  }, [faults]);
  const submit = (form: HTMLFormElement): void => {
    const texts = textsOf(fields, new FormData(form));
    const body = bodyOfNew(fields, texts);
    const faultsFound = checkForm(fields, texts, body, lintAssertionRequest);
    setFormFaults(faultsFound);
    // An earlier answer must not stand below another assertion.
    reset();
    if (faultsFound.length === 0) mutate(body);
  };
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Check an assertion</PageTitle>
      <Typography variant="h1" gutterBottom>
        Check an assertion
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
            <Typography sx={{ mb: 1 }}>
              Gatehouse says what the token endpoint of API Management would answer, without calling it. An
              assertion is a credential: it is neither logged nor recorded.
            </Typography>
            {error instanceof ProblemError ? (
              <FormProblem problem={problemOfFaults(fields, error.faults, error)} />
            ) : null}
            {fields.map((field) => (
              <FieldInput key={field.name} field={field} fault={faultOf(field, faults)?.detail} />
            ))}
            <Button type="submit" variant="contained" disabled={isPending} sx={{ mt: 1 }}>
              Check
            </Button>
          </Box>
          <Box role="status">{data === undefined ? null : <Findings {...data} />}</Box>
        </CardContent>
      </Card>
    </Box>
  );
}
