import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput } from 'react-admin';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

type Change = AnswerOf<'changeList'>['items'][number];

const STATES = ['pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale'];

export default function ChangeList() {
  return (
    <RegisterList<Change>
      title="Approvals"
      filters={[<SelectInput key="state" source="state" label="State" choices={STATES} alwaysOn />]}
      href={(id) => `/changes/${id}/show`}
      empty="Nothing waits for a second person. Changes that matter appear here before they are made."
      columns={[
        { label: 'Needed for', value: ({ rules }) => rules.join(', ') },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Organisations', value: ({ organisations }) => organisations.join(', ') || '–' },
        { label: 'Asked by', value: ({ requestedBy }) => requestedBy },
        { label: 'Asked', value: ({ requestedAt }) => moment(requestedAt) },
        { label: 'Until', value: ({ expiresAt }) => moment(expiresAt) },
      ]}
    />
  );
}
