import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortMoment, NONE } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { JobKinds } from './job-kinds.js';
import { RetryJob } from './retry-job.js';

type Job = AnswerOf<'jobList'>['items'][number];

const STATES = [
  { id: 'waiting', name: 'Waiting' },
  { id: 'failed', name: 'Failed permanently' },
  { id: 'done', name: 'Done' },
];

/** The queue, each kind of job, and the jobs that were requested or have failed. */
export default function JobList() {
  return (
    <RegisterList<Job>
      title="Background jobs"
      total={{ route: 'jobTotal', one: 'job' }}
      filters={[<SelectInput key="state" source="state" label="State" choices={STATES} alwaysOn />]}
      above={<JobKinds />}
      rowActions={(job) => <RetryJob {...job} />}
      empty="No job was requested, and none has failed permanently."
      columns={[
        { label: 'Job', value: ({ job }) => job },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Requested by', value: ({ requestedBy }) => requestedBy },
        { label: 'Requested', value: ({ requestedAt }) => shortMoment(requestedAt) },
        { label: 'Attempts', value: ({ attempts }) => attempts },
        { label: 'Cause', value: ({ cause }) => cause ?? NONE },
        { label: 'Ended', value: ({ endedAt }) => shortMoment(endedAt) },
      ]}
    />
  );
}
