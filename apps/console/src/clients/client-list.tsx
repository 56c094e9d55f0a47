import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

type Client = AnswerOf<'clientsList'>['items'][number];

export default function ClientList() {
  return (
    <RegisterList<Client>
      title="Clients"
      href={(id) => `/clients/${id}/show`}
      filters={[<TextInput key="environment" source="environment" label="Environment" />]}
      empty="No client yet. A client is one of your services: write it with its grants into a registry file and run “gatehouse apply FILE”; then issue a key here."
      columns={[
        { label: 'Name', value: ({ name }) => name },
        { label: 'Environment', value: ({ environment }) => environment },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Grants', value: ({ grants }) => grants.length },
        { label: 'Usable keys', value: ({ keys }) => keys.filter(({ state }) => state === 'usable').length },
      ]}
    />
  );
}
