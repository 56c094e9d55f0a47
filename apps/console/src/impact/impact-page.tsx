import { impactRequest, type ImpactRequest } from '@gatehouse/contracts/impact/impact-routes';
import { MenuItem, TextField } from '@mui/material';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import type { Field } from '../parts/form/fields.js';
import { QuestionForm } from '../parts/form/question-form.js';
import { ImpactAnswer } from './impact-answer.js';

type Kind = ImpactRequest['kind'];

const SUCCESSOR: Field = {
  name: 'successor',
  label: 'ODS code of the successor',
  help: 'The organisation that takes its place',
  suggests: 'organisation',
  required: true,
};
const organisation = (does: string): Field => ({
  name: 'odsCode',
  label: `ODS code of the organisation that ${does}`,
  suggests: 'organisation',
  required: true,
});
const firstDay = (label: string): Field => ({
  ...{ name: 'firstDay', label, help: 'In London', kind: 'date', required: true },
});

const EVENTS: Readonly<Record<Kind, { readonly text: string; readonly fields: readonly Field[] }>> = {
  'organisation-closes': {
    text: 'An organisation closes',
    fields: [organisation('closes'), firstDay('First day without it')],
  },
  'organisation-merges': {
    text: 'An organisation merges into another',
    fields: [organisation('merges'), SUCCESSOR, firstDay('First day without it')],
  },
  'organisation-changes-code': {
    text: 'An organisation changes its ODS code',
    fields: [
      organisation('changes its code'),
      {
        ...{ name: 'successor', label: 'New ODS code', required: true },
        help: 'It is registered as an organisation of its own',
      },
      firstDay('First day without the old code'),
    ],
  },
  'sro-leaves': {
    text: 'An SRO leaves',
    fields: [
      { name: 'appointmentId', label: 'Id of the appointment', help: 'As “SROs” shows it', required: true },
      firstDay('First day without the SRO'),
    ],
  },
  'key-suspected': {
    text: 'A signing key may be in the wrong hands',
    fields: [{ name: 'kid', label: 'Key id', help: 'As “Signing keys” shows it', required: true }],
  },
};
const KINDS = Object.keys(EVENTS) as Kind[];

/** Shows what an event hits and the plan for it. Only the buttons below the plan change anything. */
export default function ImpactPage() {
  const [search, setSearch] = useSearchParams();
  const kind = KINDS.find((each) => each === search.get('kind')) ?? 'organisation-closes';
  return (
    <QuestionForm
      // Another event is another question: nothing of the answer stays.
      key={kind}
      title="Impact"
      intro="What an event would hit. Every call is decided as it would be then, and nothing changes."
      above={
        <TextField
          select
          fullWidth
          size="small"
          margin="dense"
          label="What happens"
          value={kind}
          onChange={({ target }) => {
            setSearch({ kind: target.value });
          }}
        >
          {KINDS.map((each) => (
            <MenuItem key={each} value={each}>
              {EVENTS[each].text}
            </MenuItem>
          ))}
        </TextField>
      }
      fields={EVENTS[kind].fields.map((field) => ({ ...field, initial: search.get(field.name) ?? '' }))}
      schema={impactRequest}
      fixed={{ kind }}
      ask={async (body) => {
        const event = impactRequest.parse(body);
        return { event, impact: await callRoute('impactShow', { body: event }) };
      }}
      submitLabel="Show the impact"
    >
      {(answer) => (answer === undefined ? null : <ImpactAnswer {...answer} />)}
    </QuestionForm>
  );
}
