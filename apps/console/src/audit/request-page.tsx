/** One request's whole story: who, by which binding and key, every attempt, and whether the chain of its rows holds. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Title } from 'react-admin';
import { useParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { moment } from '../parts/day.js';
import { Facts, Section } from '../parts/facts.js';
import { saveFile } from '../parts/save-file.js';
import { StateChip } from '../parts/state-chip.js';
import { PastDecision } from './past-decision.js';
import { PatientIdentifier } from './patient-identifier.js';

type Story = AnswerOf<'auditStory'>;

export default function RequestPage() {
  const { attemptId = '' } = useParams();
  const { data, error } = useQuery({
    queryKey: ['story', attemptId],
    queryFn: () => callRoute('auditStory', { params: { attemptId } }),
  });
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Request" />
      <Typography variant="h1" sx={{ mb: 2, overflowWrap: 'anywhere' }}>
        Request {data?.requestId ?? ''}
      </Typography>
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data === undefined && error === null ? <Typography role="status">Loading …</Typography> : null}
      {data === undefined ? null : <Shown story={data} attemptId={attemptId} />}
    </Box>
  );
}

function Shown({ story, attemptId }: { readonly story: Story; readonly attemptId: string }) {
  const { refusal, chain } = story;
  return (
    <>
      <Alert severity={chain.intact ? 'success' : 'error'} sx={{ mb: 2 }}>
        {chain.intact
          ? 'The chain holds for all of its rows.'
          : 'A row was changed or taken away: see the rows below, and verify the whole trail.'}
      </Alert>
      {refusal === null ? null : (
        <Section title={`Refused: ${refusal.code}`}>
          <Facts
            facts={[
              ['Why', refusal.text],
              ['What to do', refusal.whatToDo],
              ['Who acts', refusal.whoActs],
            ]}
          />
        </Section>
      )}
      <Section title="What was asked">
        <Facts
          facts={[
            ['When', moment(story.startedAt)],
            ['Interaction', [story.interaction, story.operation].filter(Boolean).join(', ') || null],
            ['Request', [story.method, story.path].filter(Boolean).join(' ') || null],
            ['Organisation', [story.organisation, story.organisationName].filter(Boolean).join(', ') || null],
            ['Client', story.client],
            ['Application', story.applicationName],
            ['ASID', story.asid],
            ['Registry version', story.registryVersion],
            ['Correlation id', story.correlationId],
            [
              'Patients concerned',
              story.subjects.map(({ kind, count }) => `${count} by ${kind}`).join(', ') || null,
            ],
          ]}
        />
        <SupportBundle attemptId={attemptId} />
      </Section>
      <PastDecision attemptId={attemptId} />
      {story.subjects.length === 0 ? null : <PatientIdentifier attemptId={attemptId} />}
      {story.attempts.map((attempt) => (
        <Section key={attempt.attemptId} title={`Attempt ${attempt.attemptNumber}`}>
          <Facts
            facts={[
              [
                'Outcome',
                attempt.outcome === null ? null : <StateChip key="outcome" state={attempt.outcome} />,
              ],
              ['Began', moment(attempt.startedAt)],
              ['Answered', moment(attempt.outcomeAt)],
              ['e-RS answered', attempt.upstreamStatus],
              ['Took', attempt.durationMs === null ? null : `${attempt.durationMs} ms`],
              [
                'Of that e-RS',
                attempt.upstreamDurationMs === null ? null : `${attempt.upstreamDurationMs} ms`,
              ],
              ['Signing key', attempt.kid],
              ['Attempt id', attempt.attemptId],
              ['X-Request-ID', attempt.upstreamRequestId],
              ['Diagnosis', attempt.diagnosis],
              ['Headers sent', <Headers key="sent" headers={attempt.sentHeaders} />],
              ['Headers received', <Headers key="received" headers={attempt.receivedHeaders} />],
            ]}
          />
        </Section>
      ))}
      <Section title="Rows of the trail">
        {story.rows.map(({ kind, at, writer, seq, hash, faults }) => (
          <Typography key={hash} sx={{ mb: 1, overflowWrap: 'anywhere' }}>
            {kind}, {moment(at)}, {writer} {seq}: {faults.length === 0 ? 'intact' : faults.join('; ')}
          </Typography>
        ))}
      </Section>
    </>
  );
}

/** What NHS support asks for, as a file. */
function SupportBundle({ attemptId }: { readonly attemptId: string }) {
  if (!useMay('auditSupportBundle')) return null;
  const save = async (): Promise<void> => {
    const bundle = await callRoute('auditSupportBundle', { params: { attemptId } });
    saveFile(`support-${attemptId}.json`, JSON.stringify(bundle, null, 2));
  };
  return (
    <Button variant="outlined" onClick={() => void save()} sx={{ mt: 2 }}>
      Support bundle
    </Button>
  );
}

/** Those NHS support asks for. */
function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> | null }) {
  if (headers === null) return '–';
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', overflowWrap: 'anywhere' }}>
      {Object.entries(headers).map(([name, value]) => (
        <li key={name}>
          {name}: {value}
        </li>
      ))}
    </Box>
  );
}
