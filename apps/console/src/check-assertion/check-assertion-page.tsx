import { lintAssertionRequest } from '@gatehouse/contracts/operation/lint-assertion-routes';
import { Box } from '@mui/material';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import type { Field } from '../parts/form/fields.js';
import { QuestionForm } from '../parts/form/question-form.js';
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
  return (
    <QuestionForm
      title="Check an assertion"
      intro="Gatehouse says what the token endpoint of API Management would answer, without calling it. An assertion is a credential: it is neither logged nor recorded."
      fields={fieldsFor(search.get('application') ?? '')}
      schema={lintAssertionRequest}
      ask={(body) => callRoute('assertionLint', { body: lintAssertionRequest.parse(body) })}
      submitLabel="Check"
      isForgotten
    >
      {(answer) => <Box role="status">{answer === undefined ? null : <Findings {...answer} />}</Box>}
    </QuestionForm>
  );
}
