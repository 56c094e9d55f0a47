import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { DetailPage } from '../parts/detail-page.js';
import { Facts, Section } from '../parts/facts.js';
import { StateChip } from '../parts/state-chip.js';
import { StopButton } from '../stops/stop-button.js';
import { EditApplication } from './edit-application.js';

type Application = AnswerOf<'applicationShow'>;

export default function ApplicationPage() {
  return (
    <DetailPage<Application> name={({ name }) => name}>
      {(application) => (
        <>
          <Section title="Before it can go live">
            <Checklist application={application.id} />
          </Section>
          <Section title="Application">
            <Facts
              facts={[
                ['State', <StateChip key="state" state={application.state} />],
                ['Environment', application.environment],
                ['Organisations', application.organisations.join(', ')],
                ['Product', application.product],
                ['Access mode', application.accessMode],
                ['Capability', application.capability],
                ['ASID', application.asid],
                ['ASID shared with', application.asidSharedWith.join(', ') || null],
                ['API key', application.apiKey],
                ['Message sets', application.messageSets.join(', ')],
                ['APIM application id', application.apimApplicationId],
                ['JWKS URL', application.jwksUrl],
                ['Active key', application.activeKid],
              ]}
            />
            {application.state === 'retired' ? null : <EditApplication {...application} />}
            {application.state === 'live' ? (
              <StopButton target={{ kind: 'application', application: application.id }} />
            ) : null}
          </Section>
        </>
      )}
    </DetailPage>
  );
}

function Checklist({ application }: { readonly application: string }) {
  const { data, error } = useQuery({
    queryKey: ['doctor', application],
    queryFn: () => callRoute('doctor', { query: { application } }),
  });
  if (error) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Checking …</Typography>;
  return (
    <>
      <Alert severity={data.ready ? 'success' : 'info'} sx={{ mb: 1 }}>
        {data.ready ? 'Nothing is missing.' : 'Do the open steps in this order.'}
      </Alert>
      <Box component="ol" sx={{ pl: 3, m: 0 }}>
        {data.steps.map(({ title, done, whoActs, whatToDo, values }) => (
          <Box component="li" key={title} sx={{ mb: 1 }}>
            <strong>{title}</strong> <StateChip state={done ? 'done' : 'open'} />
            {done ? null : (
              <Typography color="text.secondary">
                {whoActs}: {whatToDo}
              </Typography>
            )}
            {values.length === 0 ? null : (
              <Facts facts={values.map(({ name, value }) => [name, value] as const)} />
            )}
          </Box>
        ))}
      </Box>
    </>
  );
}
