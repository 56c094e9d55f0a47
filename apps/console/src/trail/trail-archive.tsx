import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Typography } from '@mui/material';
import type { ConsoleRecord } from '../api/data-provider.js';
import { moment, monthName, shortMoment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { type Column, RecordRows } from '../parts/list/record-rows.js';
import { counted } from '../parts/words.js';

type Archive = AnswerOf<'trailShow'>['archive'];
type Month = Archive['months'][number];

/** Up to which month the trail is archived, and where. @param isOn there are checkpoints, and so places */
export function TrailArchive({ months, next, failing, isOn }: Archive & { readonly isOn: boolean }) {
  const [newest] = months;
  if (!isOn)
    return (
      <Section title="Archive">
        <Typography>
          With checkpoints, each month is archived three days after its end, in every place where checkpoints
          are stored.
        </Typography>
      </Section>
    );
  return (
    <Section title="Archive">
      {failing === null ? null : (
        <Alert severity="error" role="status" sx={{ mb: 2 }}>
          Archiving has failed since {moment(failing.since)}: {failing.cause}. The runbook
          GatehouseTrailNotArchived says what to do.
        </Alert>
      )}
      <Typography sx={{ mb: 1 }}>
        {newest === undefined
          ? 'No month is archived yet.'
          : `The trail is archived up to ${monthName(newest.month)}.`}{' '}
        {next === null ? '' : nextWords(next)} Each month is archived three days after its end, in every place
        where checkpoints are stored. A month stays in the database until an operator removes it.
      </Typography>
      {newest === undefined ? null : (
        <RecordRows<Month>
          columns={COLUMNS}
          data={months.map((each): ConsoleRecord => ({ ...each, id: each.month }))}
        />
      )}
    </Section>
  );
}

const nextWords = ({ month, dueAt, isDue }: NonNullable<Archive['next']>): string =>
  isDue
    ? `${monthName(month)} has been due since ${moment(dueAt)}.`
    : `${monthName(month)} follows on ${moment(dueAt)}.`;

const COLUMNS: readonly Column<Month>[] = [
  { label: 'Month', value: ({ month }) => monthName(month) },
  { label: 'Archived', value: ({ archivedAt }) => shortMoment(archivedAt) },
  { label: 'Records', value: ({ records }) => records.toLocaleString('en-GB') },
  { label: 'Size', value: ({ bytes, objects }) => `${sizeOf(bytes)} in ${counted(objects, 'object')}` },
  { label: 'Checkpoint', value: ({ checkpoint }) => checkpoint },
  {
    label: 'In the database',
    value: ({ removedAt }) => (removedAt === null ? 'Yes' : `Until ${shortMoment(removedAt)}`),
  },
  { label: 'Stored in', value: ({ places }) => places.join(', ') },
];

function sizeOf(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1_048_576)).toLocaleString('en-GB')} MiB`;
}
