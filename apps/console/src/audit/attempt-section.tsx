import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box } from '@mui/material';
import { exactMoment, NONE } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { StateTag } from '../parts/state-tag.js';

type Attempt = AnswerOf<'auditStory'>['attempts'][number];

const duration = (ms: number | null): string | null => (ms === null ? null : `${ms} ms`);

/** One attempt to send the request to e-RS. */
export function AttemptSection(attempt: Attempt) {
  const { outcome } = attempt;
  return (
    <Section title={`Attempt ${attempt.attemptNumber}`}>
      <Facts
        facts={[
          ['Outcome', outcome === null ? null : <StateTag key="outcome" state={outcome} />],
          ['Started', exactMoment(attempt.startedAt)],
          ['Answered', attempt.outcomeAt === null ? null : exactMoment(attempt.outcomeAt)],
          ['Status from e-RS', attempt.upstreamStatus],
          ['Duration', duration(attempt.durationMs)],
          ['Duration in e-RS', duration(attempt.upstreamDurationMs)],
          ['Signing key', attempt.kid],
          ['Attempt id', attempt.attemptId],
          ['X-Request-ID', attempt.upstreamRequestId],
          ['Diagnosis', attempt.diagnosis],
          ['Headers sent', <Headers key="sent" headers={attempt.sentHeaders} />],
          ['Headers received', <Headers key="received" headers={attempt.receivedHeaders} />],
        ]}
      />
    </Section>
  );
}

function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> | null }) {
  if (headers === null) return NONE;
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
