import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { PendingChanges } from '../changes/pending-changes.js';
import { moment } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { type Field, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { type Column, RecordRows } from '../parts/list/record-rows.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';

type Retention = AnswerOf<'trailRetentionShow'>;
type Own = Retention['items'][number];

const SHOWN = 100;

/** How long the trail is kept, and for whom longer. */
export function TrailRetention() {
  const query = useQuery({
    queryKey: ['trail-retention'],
    queryFn: () => callRoute('trailRetentionShow', { query: { limit: SHOWN } }),
  });
  return (
    <Section title="Retention">
      <PendingChanges about={{ table: 'trail_retention' }} />
      <Loaded query={query}>{(retention) => <Periods {...retention} />}</Loaded>
    </Section>
  );
}

function Periods({ deployment, items, next }: Retention) {
  const { keepOnline, retention, setBy, setAt } = deployment;
  return (
    <>
      <Facts
        facts={[
          ['In the database', keepOnline === null ? 'Always' : `For ${monthsAfter(keepOnline)}`],
          ['May be destroyed', retention === null ? 'Never' : `After ${counted(retention, 'month')}`],
          ['Set', setBy === null ? 'Not yet' : `${moment(setAt)}, by ${setBy}`],
        ]}
      />
      <RouteDialog
        route="trailRetentionSet"
        label="Set how long the trail is kept"
        intro="Nothing is removed by this. An operator removes a month that is archived, once its time in the database is over."
        fields={[
          monthsField('keepOnline', 'Months in the database', keepOnline, 'Always if left empty'),
          monthsField('retention', 'Months until records may be destroyed', retention, 'Never if left empty'),
          REASON_REQUIRED,
        ]}
        done="Retention set."
      />
      {items.length === 0 ? (
        <Typography sx={{ mt: 1 }}>No organisation has a retention or a hold of its own.</Typography>
      ) : (
        <RecordRows<Own>
          columns={COLUMNS}
          data={items.map((own): ConsoleRecord => ({ ...own, id: own.organisation }))}
        />
      )}
      {next === null ? null : (
        <Typography sx={{ mt: 1 }}>
          These are the first {SHOWN}. “gatehouse retention show” lists all of them.
        </Typography>
      )}
    </>
  );
}

export function monthsField(name: string, label: string, value: number | null, help: string): Field {
  return { name, label, kind: 'number', initial: value === null ? '' : String(value), help };
}

const monthsAfter = (months: number): string => `${counted(months, 'month')} after the end of the month`;

const COLUMNS: readonly Column<Own>[] = [
  { label: 'Organisation', value: ({ organisation }) => organisation },
  {
    label: 'May be destroyed',
    value: ({ retention }) => (retention === null ? 'As for all' : `After ${counted(retention, 'month')}`),
  },
  { label: 'Hold', value: ({ hold }) => hold ?? 'None' },
  { label: 'Set by', value: ({ setBy }) => setBy ?? '' },
];
