import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { Tag } from '../parts/list/tag.js';
import { EnvironmentTag } from '../environments/environment-tag.js';
import { StateTag } from '../parts/state-tag.js';
import { AUTH_WORDS } from './auth-words.js';

type Cis2Client = AnswerOf<'cis2ClientsList'>['items'][number];

export default function Cis2ClientList() {
  return (
    <RegisterList<Cis2Client>
      title="CIS2 clients"
      total={{ route: 'cis2ClientsTotal', one: 'CIS2 client' }}
      href={(id) => `/cis2-clients/${id}/show`}
      filters={[
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="product" source="product" label="Product" />,
      ]}
      empty={
        <>
          There are no CIS2 clients yet. A CIS2 client is the registration with NHS CIS2 under which the users
          of a product sign in. Add it to cis2Clients in the registry file, and run{' '}
          <code>gatehouse apply FILE</code>.
        </>
      }
      columns={[
        { label: 'Product', value: ({ product }) => <Tag text={product} isFilled /> },
        { label: 'Environment', value: ({ environment }) => <EnvironmentTag environment={environment} /> },
        { label: 'Client id', value: ({ clientId }) => clientId },
        { label: 'Authentication', value: ({ auth }) => AUTH_WORDS[auth] },
        {
          label: 'Signing algorithm',
          value: ({ auth, signingAlgorithm }) => (auth === 'private_key_jwt' ? signingAlgorithm : null),
        },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
      ]}
    />
  );
}
