import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { pollRoute } from '../api/call-route.js';
import { moment, NONE } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { Loaded } from '../parts/load-state.js';

type Kind = AnswerOf<'jobKindList'>['items'][number];
type Queue = AnswerOf<'jobKindList'>['queue'];

const REFRESH_MS = 10_000;

/** Whether the queue works, and for each kind of job what runs, what waits and when it runs next. */
export function JobKinds() {
  const query = useQuery({
    queryKey: ['jobs', 'kinds'],
    queryFn: () => pollRoute('jobKindList', {}),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Loaded query={query}>
      {({ queue, items }) => (
        <>
          <QueueState {...queue} />
          <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { lg: '1fr 1fr' } }}>
            {items.map((kind) => (
              <KindCard key={kind.name} {...kind} isQueueAway={queue.state !== 'working'} />
            ))}
          </Box>
          <Typography variant="h2" sx={{ mt: 2, mb: 1 }}>
            Requested and failed jobs
          </Typography>
        </>
      )}
    </Loaded>
  );
}

function QueueState({ state, text, awaySince }: Queue) {
  return (
    <Alert severity={state === 'working' ? 'success' : 'error'} role="status" sx={{ mb: 2 }}>
      {text}
      {awaySince === null ? '' : ` Since ${moment(awaySince)}.`}
    </Alert>
  );
}

function KindCard({ isQueueAway, ...kind }: Kind & { readonly isQueueAway: boolean }) {
  return (
    <Section title={kind.name}>
      <Typography sx={{ mb: 1 }}>{kind.purpose}</Typography>
      {kind.overdue || kind.failed > 0 ? (
        <Alert severity="error" sx={{ mb: 1 }}>
          {kind.overdue ? 'Overdue.' : `Failed permanently: ${kind.failed}.`} {kind.waits}
        </Alert>
      ) : null}
      <Facts
        facts={[
          [
            'Last success',
            kind.lastSucceededAt === null ? 'Never' : <Moment key="success" at={kind.lastSucceededAt} />,
          ],
          ['Next run', nextRun(kind, isQueueAway)],
          ['Running', kind.running],
          ['Waiting', waitingText(kind)],
          ['Failed permanently', kind.failed],
        ]}
      />
      <Box sx={{ mt: 1 }}>
        <RouteDialog
          route="jobRun"
          label={`Run ${kind.name} now`}
          intro={kind.purpose}
          params={{ job: kind.name }}
          fields={[{ ...REASON_REQUIRED, help: 'Kept in the audit trail' }]}
          done="The job runs as soon as a worker is free."
        />
      </Box>
    </Section>
  );
}

function nextRun({ everyMs, nextRunAt }: Kind, isQueueAway: boolean): string {
  if (everyMs === null) return 'When it is requested';
  if (isQueueAway) return 'When the queue can be reached again';
  return nextRunAt === null ? NONE : moment(nextRunAt);
}

function waitingText({ waiting, requested, oldestWaitingAt }: Kind): string {
  const count = Math.max(waiting, requested);
  return oldestWaitingAt === null ? String(count) : `${count}, the oldest since ${moment(oldestWaitingAt)}`;
}
