import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { RecordPage } from '../parts/record-page.js';
import { StateTag } from '../parts/state-tag.js';
import { RetryJob } from './retry-job.js';

type Job = AnswerOf<'jobShow'>;

/** One job: why it failed, what waits for it, and the button to retry it. */
export default function JobPage() {
  return (
    <RecordPage<Job> name={({ job }) => `Job: ${job}`}>
      {(job) => (
        <Section title="What happened">
          <Facts
            facts={[
              ['State', <StateTag key="state" state={job.state} />],
              ['Cause', job.cause],
              ['Attempts', job.attempts],
              ['What it does', job.purpose ?? 'This version does not know the job.'],
              ['What waits for it', job.waits],
              ['Payload', payloadOf(job)],
              ['Requested by', job.requestedBy],
              ['Requested', <Moment key="requestedAt" at={job.requestedAt} />],
              ['Ended', <Moment key="endedAt" at={job.endedAt} />],
            ]}
          />
          <RetryJob {...job} />
        </Section>
      )}
    </RecordPage>
  );
}

function payloadOf({ payload }: Job): string {
  if (payload === null) return 'Not kept: it was not a payload of this job, so it cannot be retried.';
  return Object.keys(payload).length === 0 ? 'None' : JSON.stringify(payload);
}
