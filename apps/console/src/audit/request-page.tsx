/** Everything about one request: who made it, how it was decided, every attempt, and whether its audit chain is intact. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { ExplainLink } from '../explain/explain-link.js';
import { EvidenceLink } from '../evidence/evidence-link.js';
import { PageTrail } from '../layout/page-trail.js';
import { PrintButton } from '../layout/print-button.js';
import { exactMoment, londonDate } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { filtered } from '../parts/list/filter-texts.js';
import { PageLink } from '../parts/page-link.js';
import { ThingLink } from '../parts/thing-link.js';
import { sentenceCase } from '../parts/words.js';
import { AttemptSection } from './attempt-section.js';
import { Timeline } from './explorer/timeline.js';
import { whatHappened } from './explorer/what-happened.js';
import { PastDecision } from './past-decision.js';
import { PatientIdentifier } from './patient-identifier.js';
import { SupportBundle } from './support-bundle.js';
import { PageTitle } from '../parts/page-title.js';

type Story = AnswerOf<'auditStory'>;

export default function RequestPage() {
  const { attemptId = '' } = useParams();
  const query = useQuery({
    queryKey: ['story', attemptId],
    queryFn: () => callRoute('auditStory', { params: { attemptId } }),
  });
  const heading = `Request ${query.data?.requestId ?? ''}`.trim();
  return (
    <Box sx={{ pt: 2 }}>
      <PageTrail list="/audit" />
      <PageTitle within="Audit trail">{heading}</PageTitle>
      <Typography variant="h1" sx={{ mb: 2, overflowWrap: 'anywhere' }}>
        {heading}
      </Typography>
      <Loaded query={query}>{(story) => <RequestStory story={story} attemptId={attemptId} />}</Loaded>
    </Box>
  );
}

function RequestStory({ story, attemptId }: { readonly story: Story; readonly attemptId: string }) {
  const { chain, subjects, attempts, rows, steps, timeline } = story;
  const { title, outcome, facts } = whatHappened(story);
  return (
    <>
      <Section title={title}>
        <Facts
          facts={[
            ['Outcome', outcome === null ? 'Not known yet' : <StateTag key="outcome" state={outcome} />],
            ...facts,
          ]}
        />
      </Section>
      <Section title="Stages">
        <Facts
          facts={[
            ['Checks', steps.map(({ step, ok }) => (ok ? step : `${step} (rejected)`)).join(' → ') || null],
          ]}
        />
        <Timeline timeline={timeline} />
      </Section>
      <Section title="Request">
        <RequestFacts {...story} />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', mt: 2 }}>
          <SupportBundle attemptId={attemptId} />
          {story.organisation === null ? null : (
            <EvidenceLink odsCode={story.organisation} date={londonDate(Date.parse(story.startedAt))} />
          )}
          <ExplainLink {...story} />
          <PrintButton />
        </Box>
      </Section>
      <PastDecision attemptId={attemptId} />
      {subjects.length === 0 ? null : <PatientIdentifier attemptId={attemptId} />}
      {attempts.map((attempt) => (
        <AttemptSection key={attempt.attemptId} {...attempt} />
      ))}
      <Section title="Proof">
        <Alert severity={chain.intact ? 'success' : 'error'} sx={{ mb: 2 }}>
          {chain.intact
            ? 'The audit chain is intact for all records of this request.'
            : 'An audit record of this request was changed or removed. See the records below, and verify the whole trail.'}
        </Alert>
        {rows.map(({ kind, at, writer, seq, hash, faults }) => (
          <Typography key={hash} sx={{ mb: 1, overflowWrap: 'anywhere' }}>
            {sentenceCase(kind)}, {exactMoment(at)}, record {seq} of chain {writer}, hash {hash}:{' '}
            {faults.length === 0 ? 'intact' : faults.join('; ')}
          </Typography>
        ))}
      </Section>
    </>
  );
}

function RequestFacts(story: Story) {
  return (
    <Facts
      facts={[
        ['Time', exactMoment(story.startedAt)],
        ['Interaction', [story.interaction, story.operation].filter(Boolean).join(', ') || null],
        ['Method and path', [story.method, story.path].filter(Boolean).join(' ') || null],
        ['Organisation', organisationOf(story)],
        story.actor === null ? ['Client', clientOf(story)] : ['Asked by', story.actor],
        ['Business function', story.businessFunction],
        ['On behalf of', story.onBehalfOfUserId],
        ['User', userOf(story)],
        ['Name', story.userName],
        ['Signed in', signInOf(story)],
        ['Application', applicationOf(story)],
        ['ASID', story.asid],
        ['Registry version', story.registryVersion],
        ['Correlation id', story.correlationId],
        ...(story.traceId === null ? [] : [['Trace id', story.traceId] as const]),
        [
          'Patients',
          story.subjects
            .map(({ kind, count }) => `${count} by ${kind === 'ubrn' ? 'UBRN' : 'NHS number'}`)
            .join(', ') || null,
        ],
      ]}
    />
  );
}

/** What is not registered has no page. */
function organisationOf({ organisation, organisationName }: Story) {
  if (organisation === null || organisationName === null) return organisation;
  return <ThingLink kind="organisation" id={organisation} name={organisationName} />;
}

function clientOf({ client, environment }: Story) {
  if (client === null || environment === null) return client;
  return <ThingLink kind="client" id={client} name={client} environment={environment} />;
}

function applicationOf({ applicationId, applicationName }: Story) {
  if (applicationId === null || applicationName === null) return applicationName;
  return <ThingLink kind="application" id={applicationId} name={applicationName} />;
}

function userOf({ userId, noUser }: Story) {
  if (noUser !== null) return 'None: an open environment has no users, so nobody signed in';
  if (userId === null) return null;
  return <PageLink to={filtered('/audit', { userId })}>{userId}</PageLink>;
}

function signInOf({ authenticatedAt, aal }: Story) {
  if (authenticatedAt === null) return null;
  return (
    <>
      <Moment at={authenticatedAt} />, AAL{aal ?? '?'}
    </>
  );
}
