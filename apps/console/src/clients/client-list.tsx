import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';
import { GrantDialog } from './grant-dialog.js';

type Client = AnswerOf<'clientsList'>['items'][number];

export default function ClientList() {
  return (
    <RegisterList<Client>
      title="Clients"
      actions={<GrantDialog label="New client" />}
      href={(id) => `/clients/${id}/show`}
      filters={[<TextInput key="environment" source="environment" label="Environment" />]}
      empty="No client yet. A client is one of your services, granted what it may use. Make one here, or in a registry file with “gatehouse apply FILE”; then issue it a key."
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
