import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from '../parts/list/lazy-filters.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { EnvironmentTag } from '../environments/environment-tag.js';
import { StateTag } from '../parts/state-tag.js';
import { GrantDialog } from './grant-dialog.js';

type Client = AnswerOf<'clientsList'>['items'][number];

export default function ClientList() {
  return (
    <RegisterList<Client>
      title="Clients"
      total={{ route: 'clientsTotal', one: 'client' }}
      isOneLine
      actions={<GrantDialog label="Create a client" />}
      href={(id) => `/clients/${id}/show`}
      filters={[<TextInput key="environment" source="environment" label="Environment" />]}
      empty={
        <NextStep
          text="There are no clients yet. A client is one of your services, with grants for what it may use and a key of its own."
          route="registryApply"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Create a client”"
          command="gatehouse apply FILE"
        />
      }
      columns={[
        { label: 'Name', sort: 'name', fills: '100%', value: ({ name }) => <span title={name}>{name}</span> },
        {
          label: 'Environment',
          sort: 'environment',
          value: ({ environment }) => <EnvironmentTag environment={environment} />,
        },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Grants', value: ({ grants }) => grants.length },
        { label: 'Usable keys', value: ({ keys }) => keys.filter(({ state }) => state === 'usable').length },
      ]}
    />
  );
}
