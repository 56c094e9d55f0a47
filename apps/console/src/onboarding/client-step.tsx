import type { AnswerOf } from '@gatehouse/contracts/routes';
import { clientName } from '@gatehouse/contracts/registry/identifiers';
import { Button, Typography } from '@mui/material';
import { useState } from 'react';
import { z } from 'zod';
import { callRoute } from '../api/call-route.js';
import { useLive } from '../api/use-live.js';
import { useMay } from '../api/use-may.js';
import { isSameAccess } from '../clients/access.js';
import { grantDocument } from '../clients/grant-document.js';
import { apply } from '../parts/apply/apply.js';
import { requireNewClient } from '../parts/apply/require-new.js';
import { Facts } from '../parts/facts.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import { Loaded } from '../parts/load-state.js';
import { ThingLink } from '../parts/thing-link.js';
import { counted } from '../parts/words.js';
import type { Onboarded } from './onboarded.js';
import { useChange } from './use-change.js';

type Client = AnswerOf<'clientsList'>['items'][number];

const MOST = 500;
const named = z.strictObject({ name: clientName });

interface Props extends Onboarded {
  /** A grant waits for a second person. */
  readonly isRequested: boolean;
  /** Called with a key that nobody can show again. */
  readonly onKey: (key: string) => void;
}

export function ClientStep(props: Props) {
  const { environment } = props.application;
  const query = useLive(['onboarding', 'clients', environment], 'clientsList', {
    query: { environment, limit: MOST },
  });
  const mayGrant = useMay('registryApply');
  return (
    <Loaded query={query}>
      {({ items }) => {
        const granted = items.filter(({ grants }) => grants.some((grant) => isFor(grant, props)));
        if (granted.length > 0)
          return granted.map((client) => <Granted key={client.name} client={client} onKey={props.onKey} />);
        if (props.isRequested) return null;
        if (!mayGrant) return <Typography>A platform engineer creates the client and its key.</Typography>;
        return <NewGrant {...props} clients={items} />;
      }}
    </Loaded>
  );
}

const isFor = (grant: Client['grants'][number], { odsCode, application }: Onboarded): boolean =>
  grant.organisation === odsCode && grant.product === application.product && isSameAccess(grant, application);

interface GrantedProps {
  readonly client: Client;
  readonly onKey: (key: string) => void;
}

function Granted({ client, onKey }: GrantedProps) {
  const { name, environment, keys, workload } = client;
  const change = useChange('stays');
  const mayIssue = useMay('clientKeyIssue');
  const usable = keys.filter(({ state }) => state === 'usable').length;
  return (
    <>
      <Facts
        facts={[
          ['Client', <ThingLink key="name" kind="client" id={name} name={name} environment={environment} />],
          ['Proves itself by', workload === null ? counted(usable, 'usable key') : 'a workload token'],
        ]}
      />
      {mayIssue && usable === 0 && workload === null ? (
        <FieldsForm
          fields={[]}
          schema={undefined}
          ask={() => change(async () => onKey(await issueKey(client)), 'Key issued.')}
          submitLabel={`Issue a key to ${name}`}
          isForgotten
        />
      ) : null}
    </>
  );
}

async function issueKey({ name, environment }: Pick<Client, 'name' | 'environment'>): Promise<string> {
  const { key } = await callRoute('clientKeyIssue', { params: { environment, client: name }, body: {} });
  return key;
}

/** A new client with this grant and a key, or the grant for one that exists. */
function NewGrant({ odsCode, application, clients, onKey }: Props & { readonly clients: readonly Client[] }) {
  const { environment, product, accessMode, capability } = application;
  const change = useChange('stays');
  const [isNew, setNew] = useState(true);
  const grant = async (client: Pick<Client, 'name' | 'environment' | 'grants'>): Promise<void> => {
    const document = grantDocument(client, { organisation: odsCode, product, accessMode, capability });
    if (document === null) throw new Error('the grant is incomplete');
    await apply(document);
  };
  return (
    <FieldsForm
      key={String(isNew)}
      above={
        <>
          <Typography>
            A client is one of your services. It may use this application with a key of its own.
          </Typography>
          {clients.length === 0 ? null : (
            <Button
              size="small"
              onClick={() => {
                setNew(!isNew);
              }}
            >
              {isNew ? 'Choose a client that exists' : 'The client is new'}
            </Button>
          )}
        </>
      }
      fields={[
        {
          name: 'name',
          label: 'Client',
          required: true,
          ...(isNew ? {} : { choices: clients.map(({ name }) => name) }),
        },
      ]}
      schema={named}
      ask={async (body) => {
        const { name } = named.parse(body);
        if (!isNew) {
          const known = clients.find((each) => each.name === name);
          if (known !== undefined) await change(() => grant(known), 'Grant added.');
          return;
        }
        await requireNewClient({ environment, client: name });
        await change(async () => {
          await grant({ name, environment, grants: [] });
          onKey(await issueKey({ name, environment }));
        }, 'Client created and key issued.');
      }}
      submitLabel={isNew ? 'Create the client and its key' : 'Add the grant'}
      isForgotten
    />
  );
}
