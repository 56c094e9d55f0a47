import { applicationState } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput, TextInput } from 'react-admin';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

type Application = AnswerOf<'applicationsList'>['items'][number];

export default function ApplicationList() {
  return (
    <RegisterList<Application>
      title="Applications"
      bulk={{
        route: 'stopMake',
        label: 'Stop at once',
        name: ({ name }) => name,
        request: ({ id, state }) =>
          state === 'live' ? { body: { kind: 'application', application: id } } : null,
      }}
      href={(id) => `/applications/${id}/show`}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="product" source="product" label="Product" />,
        <TextInput key="asid" source="asid" label="ASID" />,
        <SelectInput key="state" source="state" label="State" choices={applicationState.options} />,
      ]}
      empty="No application yet. Write one into a registry file and run “gatehouse apply FILE”, or import a CSV file; its page then says what is missing before it can go live."
      columns={[
        { label: 'Name', value: ({ name }) => name },
        { label: 'Environment', sort: 'environment', value: ({ environment }) => environment },
        { label: 'State', sort: 'state', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Product', sort: 'product', value: ({ product }) => product },
        { label: 'ASID', value: ({ asid }) => asid ?? '–' },
        { label: 'API key', value: ({ apiKey }) => apiKey ?? '–' },
      ]}
    />
  );
}
