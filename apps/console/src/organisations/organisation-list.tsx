import { organisationState } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput } from 'react-admin';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

type Organisation = AnswerOf<'organisationsList'>['items'][number];

export default function OrganisationList() {
  return (
    <RegisterList<Organisation>
      title="Organisations"
      bulk={{
        route: 'stopMake',
        label: 'Stop at once',
        name: ({ odsCode }) => odsCode,
        request: ({ odsCode, state }) =>
          state === 'active' ? { body: { kind: 'organisation', organisation: odsCode } } : null,
      }}
      href={(id) => `/organisations/${id}/show`}
      filters={[<SelectInput key="state" source="state" label="State" choices={organisationState.options} />]}
      empty="No organisation yet. Write them into a registry file and run “gatehouse apply FILE”, or import a CSV file."
      columns={[
        { label: 'ODS code', sort: 'odsCode', value: ({ odsCode }) => odsCode },
        { label: 'Name', sort: 'name', value: ({ name }) => name },
        { label: 'State', sort: 'state', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Applications', value: ({ applications }) => applications },
        { label: 'SRO review due', value: ({ sroReviewDueOn }) => day(sroReviewDueOn) },
      ]}
    />
  );
}
