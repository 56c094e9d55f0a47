import { explainRequest } from '@gatehouse/contracts/operation/operation-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useSearchParams } from 'react-router-dom';
import { callRouteWith } from '../api/call-route.js';
import type { Field } from '../parts/form/fields.js';
import { QuestionForm } from '../parts/form/question-form.js';
import { Explanation } from './explanation.js';

const FIELDS: readonly Field[] = [
  { name: 'client', label: 'Client', required: true, suggests: 'client' },
  { name: 'environment', label: 'Environment', required: true, suggests: 'environment' },
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
    suggests: 'product',
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
    suggests: 'organisation',
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
  const [search] = useSearchParams();
  return (
    <QuestionForm
      title="Explain a request"
      intro="Gatehouse decides the request as if the service had sent it. Nothing is sent to e-RS."
      fields={FIELDS.map((field) => ({ ...field, initial: search.get(field.name) ?? field.initial ?? '' }))}
      schema={explainRequest}
      ask={async (body) => (await callRouteWith('explain', { body })) as AnswerOf<'explain'>}
      submitLabel="Explain"
    >
      {(answer) => (answer === undefined ? null : <Explanation {...answer} />)}
    </QuestionForm>
  );
}
