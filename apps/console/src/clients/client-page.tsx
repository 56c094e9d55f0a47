import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useMay } from '../api/use-may.js';
import { LatestRequests } from '../audit/latest-requests.js';
import { ExplainLink } from '../explain/explain-link.js';
import { PendingChanges } from '../changes/pending-changes.js';
import { RecentHistory } from '../history/recent-history.js';
import { day } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { type Field, REASON_OPTIONAL } from '../parts/form/fields.js';
import { OneTimeSecret } from '../parts/form/one-time-secret.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { NextStep } from '../parts/next-step.js';
import { RecordPage } from '../parts/record-page.js';
import { RecordTabs } from '../parts/tabs/record-tabs.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { StandingStop, useStandingStop } from '../stops/standing-stop.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { StopButton } from '../stops/stop-button.js';
import { GrantDialog } from './grant-dialog.js';

const KEYS_SECTION = 'keys';

type Client = AnswerOf<'clientShow'>;

/** Among the clients of an application that wait at the same time. */
const RATE_SHARE_TEXTS: Readonly<Record<Client['rateShare'], string>> = {
  single: 'Single: as much as any other client',
  double: 'Double: two calls for one of a single share',
  fourfold: 'Fourfold: four calls for one of a single share',
};

const ISSUE_KEY: readonly Field[] = [
  { name: 'label', label: 'Label', help: 'Where the key will be used' },
  { name: 'expiresInDays', label: 'Days until it expires', kind: 'number', initial: '90' },
  REASON_OPTIONAL,
];

export default function ClientPage() {
  return (
    <RecordPage<Client> name={({ name, environment }) => `${name} (${environment})`}>
      {(client) => {
        const { name, environment, state, grants, workload, rateShare, keys } = client;
        return (
          <>
            <PendingChanges about={{ client: name, environment }} />
            <ClientTabs {...client}>
              <Section title="Client">
                <ClientStop {...client} />
                <Facts
                  facts={[
                    ['State', <StateTag key="state" state={state} />],
                    ['Share of the rate', RATE_SHARE_TEXTS[rateShare]],
                    ['Grants', <Grants key="grants" grants={grants} />],
                    ['Usable keys', <UsableKeys key="keys" keys={keys} />],
                    [
                      'Workload identity',
                      workload === null ? null : `${workload.subject} at ${workload.issuer}`,
                    ],
                  ]}
                />
                <GrantDialog label="Add a grant" client={client} />
                <ExplainLink client={name} environment={environment} />
                {state === 'active' ? (
                  <StopButton
                    body={{ kind: 'client', environment, client: name }}
                    target={{
                      name,
                      environments: [environment],
                      effect: 'Every request of this client is rejected from now on, whichever key it uses.',
                      atStake: <RequestsAtStake of="client" id={name} environment={environment} />,
                    }}
                  />
                ) : null}
              </Section>
            </ClientTabs>
          </>
        );
      }}
    </RecordPage>
  );
}

function ClientTabs({ children, ...client }: Client & { readonly children: ReactNode }) {
  const { name, environment } = client;
  const mayReadAudit = useMay('auditList');
  return (
    <RecordTabs
      label="Client"
      tabs={[
        { path: '', label: 'Overview', content: () => children },
        ...(mayReadAudit
          ? [
              {
                path: 'requests',
                label: 'Requests',
                content: () => <LatestRequests filter={{ client: name, environment }} />,
              },
            ]
          : []),
        {
          path: 'keys',
          label: 'Keys',
          content: () => (
            <Section title="Keys" id={KEYS_SECTION}>
              <Keys {...client} />
            </Section>
          ),
        },
        {
          path: 'history',
          label: 'History',
          content: () => <RecentHistory filter={{ client: name, environment }} />,
        },
      ]}
    />
  );
}

function ClientStop({ name, environment, state }: Client) {
  return <StandingStop query={useStandingStop({ kind: 'client', target: name, environment }, state)} />;
}

function Grants({ grants }: Pick<Client, 'grants'>) {
  if (grants.length === 0) return 'None';
  return grants.map(({ organisation, ...access }) => {
    const text = Object.values(access)
      .filter((part) => part !== null)
      .join(' · ');
    return (
      <Box key={`${organisation} ${text}`}>
        <OrganisationLinks odsCodes={[organisation]} /> · {text}
      </Box>
    );
  });
}

function UsableKeys({ keys }: Pick<Client, 'keys'>) {
  const usable = keys.filter(({ state }) => state === 'usable');
  if (usable.length === 0) return 'None';
  return usable.map(({ keyId, expiresAt }) => (
    <Box key={keyId}>
      <code>{keyId}</code> until {day(expiresAt)}
    </Box>
  ));
}

function Keys({ name, environment, keys, workload }: Client) {
  return (
    <>
      {keys.length === 0 && workload === null ? (
        <Typography component="div">
          <NextStep
            text="This client has no keys yet."
            route="clientKeyIssue"
            to={`#${KEYS_SECTION}`}
            link="Go to “Issue a key”"
            command="gatehouse clients issue-key"
          />
        </Typography>
      ) : null}
      {keys.map(({ keyId, label, state, expiresAt }) => (
        <Box key={keyId} sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', py: 0.5 }}>
          <code>{keyId}</code> {label} <StateTag state={state} /> until {day(expiresAt)}
          {state === 'usable' ? (
            <RouteDialog
              route="clientKeyRevoke"
              label={`Revoke ${keyId}`}
              params={{ keyId }}
              target={{
                name: `Key ${keyId} of ${name}`,
                environments: [environment],
                effect: 'Every request with this key is rejected from now on.',
                atStake: <RequestsAtStake of="client-key" id={keyId} />,
              }}
              fields={[REASON_OPTIONAL]}
              danger
              done="Key revoked."
            />
          ) : null}
        </Box>
      ))}
      {workload === null ? (
        <RouteDialog
          route="clientKeyIssue"
          label="Issue a key"
          params={{ environment, client: name }}
          fields={ISSUE_KEY}
          done="Key issued."
          result={(answer) => <OneTimeSecret secret={(answer as AnswerOf<'clientKeyIssue'>).key} />}
        />
      ) : (
        <Alert severity="info">This client uses a workload token instead of a key.</Alert>
      )}
    </>
  );
}
