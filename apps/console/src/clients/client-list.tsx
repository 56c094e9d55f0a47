import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { GrantDialog } from './grant-dialog.js';

type Client = AnswerOf<'clientsList'>['items'][number];

export default function ClientList() {
  return (
    <RegisterList<Client>
      title="Clients"
      actions={<GrantDialog label="Create a client" />}
      href={(id) => `/clients/${id}/show`}
      filters={[<TextInput key="environment" source="environment" label="Environment" />]}
      empty={
        <>
          There are no clients yet. A client is one of your services, with grants for what it may use. Select
          “Create a client”, or run <code>gatehouse apply FILE</code>. Then issue a key to it.
        </>
      }
      columns={[
        { label: 'Name', value: ({ name }) => name },
        { label: 'Environment', value: ({ environment }) => environment },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Grants', value: ({ grants }) => grants.length },
        { label: 'Usable keys', value: ({ keys }) => keys.filter(({ state }) => state === 'usable').length },
      ]}
    />
  );
}
