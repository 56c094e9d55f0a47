import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { day } from '../parts/day.js';
import { DetailPage } from '../parts/detail-page.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { StateChip } from '../parts/state-chip.js';
import { GrantDialog } from './grant-dialog.js';
import { StopButton } from '../stops/stop-button.js';

type Client = AnswerOf<'clientShow'>;

export default function ClientPage() {
  return (
    <DetailPage<Client> name={({ name, environment }) => `${name} (${environment})`}>
      {({ name, environment, state, grants, keys, workload }) => (
        <>
          <Section title="Client">
            <Facts
              facts={[
                ['State', <StateChip key="state" state={state} />],
                [
                  'Grants',
                  grants
                    .map((grant) =>
                      Object.values(grant)
                        .filter((part) => part !== null)
                        .join(' · '),
                    )
                    .join('; '),
                ],
                ['Workload identity', workload === null ? null : `${workload.subject} of ${workload.issuer}`],
              ]}
            />
            <GrantDialog label="Grant more" client={{ name, environment, grants }} />
            {state === 'active' ? (
              <StopButton target={{ kind: 'client', environment, client: name }} />
            ) : null}
          </Section>
          <Section title="Keys">
            {keys.length === 0 ? <Typography>None yet.</Typography> : null}
            {keys.map((key) => (
              <Box
                key={key.keyId}
                sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', py: 0.5 }}
              >
                <code>{key.keyId}</code> {key.label} <StateChip state={key.state} /> until{' '}
                {day(key.expiresAt)}
                {key.state === 'usable' ? (
                  <RouteDialog
                    route="clientKeyRevoke"
                    label={`Revoke ${key.keyId}`}
                    params={{ keyId: key.keyId }}
                    fields={[REASON_OPTIONAL]}
                    danger
                    done="The key is revoked."
                  />
                ) : null}
              </Box>
            ))}
            {workload === null ? (
              <RouteDialog
                route="clientKeyIssue"
                label="Issue a key"
                params={{ environment, client: name }}
                fields={[
                  { name: 'label', label: 'Label', help: 'Where it will be used' },
                  { name: 'expiresInDays', label: 'Days until it expires', kind: 'number', initial: '90' },
                  REASON_OPTIONAL,
                ]}
                done="The key is issued."
                result={(answer) => <ShownOnce secret={(answer as AnswerOf<'clientKeyIssue'>).key} />}
              />
            ) : (
              <Alert severity="info">It shows a workload token instead of a key.</Alert>
            )}
          </Section>
        </>
      )}
    </DetailPage>
  );
}
