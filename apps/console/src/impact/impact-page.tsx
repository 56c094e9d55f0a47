import { impactRequest } from '@gatehouse/contracts/impact/impact-routes';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import type { Field } from '../parts/form/fields.js';
import { QuestionForm } from '../parts/form/question-form.js';
import { ImpactAnswer } from './impact-answer.js';

const KINDS = impactRequest.options.map(({ shape }) => shape.kind.value);

const fieldsFor = (search: URLSearchParams): readonly Field[] => {
  const initial = (name: string) => ({ name, initial: search.get(name) ?? '' });
  return [
    {
      name: 'kind',
      label: 'What happens',
      required: true,
      choices: KINDS,
      initial: search.get('kind') ?? 'organisation-closes',
    },
    { ...initial('odsCode'), label: 'ODS code', help: 'Of the organisation that closes, merges or changes' },
    { ...initial('successor'), label: 'Successor', help: 'The ODS code that takes its place' },
    { ...initial('appointmentId'), label: 'Appointment', help: 'The id of the SRO’s appointment' },
    { ...initial('kid'), label: 'Key id', help: 'Of the key that may be in wrong hands' },
    {
      ...initial('firstDay'),
      label: 'First day without it',
      kind: 'date',
      help: 'In London. A suspected key needs none',
    },
  ];
};

/** Shows what an event hits and the plan for it. Only the retirement below it changes anything. */
export default function ImpactPage() {
  const [search] = useSearchParams();
  return (
    <QuestionForm
      title="Impact"
      intro="What is hit when an organisation closes, merges or changes its code, when an SRO leaves, or when a signing key may be in wrong hands. Every call is decided as it would be then. Nothing changes."
      fields={fieldsFor(search)}
      schema={impactRequest}
      ask={(body) => callRoute('impactShow', { body: impactRequest.parse(body) })}
      submitLabel="Show the impact"
    >
      {(answer) => (answer === undefined ? null : <ImpactAnswer impact={answer} />)}
    </QuestionForm>
  );
}
