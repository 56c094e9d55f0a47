import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { PendingChanges } from '../changes/pending-changes.js';
import { Copyable } from '../parts/copyable.js';
import { moment } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RecordPage } from '../parts/record-page.js';
import { StateTag } from '../parts/state-tag.js';
import { KEY_STEPS } from '../signing-keys/key-steps.js';
import { AUTH_WORDS } from './auth-words.js';

type Cis2Client = AnswerOf<'cis2ClientShow'>;

export default function Cis2ClientPage() {
  return (
    <RecordPage<Cis2Client>
      name={({ product, environment }) => `CIS2 client of ${product} in ${environment}`}
    >
      {(client) => (
        <>
          <PendingChanges about={{ table: 'cis2_client' }} />
          <Section title="CIS2 client">
            <Facts
              facts={[
                ['State', <StateTag key="state" state={client.state} />],
                ['Client id', client.clientId],
                ['Authentication', AUTH_WORDS[client.auth]],
              ]}
            />
          </Section>
          <Section title="To register with NHS CIS2">
            <ToRegister {...client} />
          </Section>
          {client.auth === 'private_key_jwt' ? (
            <Section title="Signing keys">
              <Keys {...client} />
            </Section>
          ) : null}
        </>
      )}
    </RecordPage>
  );
}

function ToRegister({ toRegister }: Cis2Client) {
  if (toRegister.length === 0)
    return <Typography>Nothing: your own service signs the users of this product in.</Typography>;
  return (
    <Facts
      facts={toRegister.map(({ name, value }) => [name, <Copyable key={name} text={value} name={name} />])}
    />
  );
}

function Keys({ keys, environment, product, state }: Cis2Client) {
  return (
    <>
      {keys.length === 0 ? (
        <Typography sx={{ mb: 1 }}>There is no key yet. Users cannot sign in until one is active.</Typography>
      ) : null}
      {keys.map((key) => (
        <Key key={key.kid} {...key} />
      ))}
      {state === 'retired' ? null : (
        <RouteDialog
          route="keyCreate"
          label="Create a signing key"
          fixed={{ owner: 'cis2-client', environment, product }}
          fields={[REASON_OPTIONAL]}
          done="Signing key created. The first key of a CIS2 client becomes active immediately."
        />
      )}
    </>
  );
}

function Key({ kid, state, activatedAt, nextStepAt }: Cis2Client['keys'][number]) {
  const step = KEY_STEPS[state];
  return (
    <Box sx={{ mb: 1, overflowWrap: 'anywhere' }}>
      {kid} <StateTag state={state} />
      <Typography variant="body2" color="text.secondary">
        {activatedAt === null ? 'Never active' : `Active since ${moment(activatedAt)}`}
        {nextStepAt === null ? '' : `; next step possible from ${moment(nextStepAt)}`}
      </Typography>
      {step === null ? null : <RouteDialog {...step} params={{ kid }} fields={[REASON_OPTIONAL]} />}
    </Box>
  );
}
