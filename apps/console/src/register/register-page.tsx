/** Who stopped, revealed or exported what in a month, and why: the page that an auditor prints. */
import { Box, TextField, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import { hrefOf } from '../audit/columns.js';
import { PrintButton } from '../layout/print-button.js';
import { day, londonDate, NONE, shortMoment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { type Column, RecordRows } from '../parts/list/record-rows.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import { PageTitle } from '../parts/page-title.js';
import { stoppedPage } from '../stops/stopped-page.js';
import { counted, sentenceCase } from '../parts/words.js';
import { daysOf } from './days.js';
import { aboutWords, type Event, revealStep, textOf } from './event-words.js';
import { readRegister, type Register, type Stop } from './read-register.js';

const TITLE = 'Register of stops, reveals and exports';
const MONTH = /^[0-9]{4}-(0[1-9]|1[0-2])$/;

export default function RegisterPage() {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('month') ?? '';
  const month = MONTH.test(asked) ? asked : londonDate(Date.now()).slice(0, 7);
  const query = useQuery({ queryKey: ['register', month], queryFn: () => readRegister(month) });
  const { from, until } = daysOf(month);
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>{TITLE}</PageTitle>
      <Typography variant="h1" gutterBottom>
        {TITLE}
      </Typography>
      <Typography sx={{ mb: 2 }}>
        From {day(from)} to {day(until)}, in London. It holds what concerns the organisations that you may
        see.
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mb: 2 }}>
        <TextField
          type="month"
          size="small"
          label="Month"
          value={month}
          onChange={({ target }) => {
            if (MONTH.test(target.value)) setSearch({ month: target.value }, { replace: true });
          }}
          slotProps={{ inputLabel: { shrink: true } }}
          sx={{ '@media print': { display: 'none' } }}
        />
        <PrintButton />
      </Box>
      <Loaded query={query}>{(register) => <Sections {...register} />}</Loaded>
    </Box>
  );
}

function Sections({ stops, reveals, exports, packs }: Register) {
  const events = { columns: EVENT_COLUMNS, href: (id: string, row: Event) => hrefOf(id, row) };
  return (
    <>
      <Part<Stop> title="Emergency stops" {...stops} columns={STOP_COLUMNS} />
      <Part<Event>
        title="Patients’ identifiers"
        {...reveals}
        {...events}
        columns={[
          ...EVENT_COLUMNS.slice(0, 2),
          { label: 'What', value: revealStep },
          ...EVENT_COLUMNS.slice(2),
        ]}
      />
      <Part<Event> title="Exports of the audit trail" {...exports} {...events} />
      <Part<Event> title="Evidence packs" {...packs} {...events} />
    </>
  );
}

interface PartProps<T> {
  readonly title: string;
  readonly items: readonly T[];
  readonly isWhole: boolean;
  readonly columns: readonly Column<T>[];
  readonly href?: (id: string, row: T) => string;
}

function Part<T extends Readonly<Record<string, unknown>>>({ title, items, isWhole, ...rows }: PartProps<T>) {
  return (
    <Section title={title}>
      <Typography sx={{ mb: 1 }}>
        {items.length === 0
          ? 'Nothing is recorded in this month.'
          : `${counted(items.length, 'record')}, newest first.`}
        {isWhole ? '' : ' There are more: download the month from the audit trail.'}
      </Typography>
      {items.length === 0 ? null : (
        <RecordRows<T>
          {...rows}
          data={items.map((item) => ({ ...item, id: String(item['id'] ?? item['attemptId']) }))}
        />
      )}
    </Section>
  );
}

const STOP_COLUMNS: readonly Column<Stop>[] = [
  { label: 'When', value: ({ stoppedAt }) => shortMoment(stoppedAt) },
  { label: 'Who', value: ({ stoppedBy }) => stoppedBy },
  {
    label: 'What',
    value: (stop) => (
      <>
        {sentenceCase(stop.kind)}: <PageLink to={stoppedPage(stop)}>{stop.name}</PageLink>
      </>
    ),
  },
  { label: 'Reason', value: ({ reason }) => reason },
  {
    label: 'Lifted',
    value: ({ liftedAt, liftedBy, liftReason }) =>
      liftedAt === null
        ? NONE
        : `${shortMoment(liftedAt)} by ${liftedBy ?? 'somebody'}: ${liftReason ?? NONE}`,
  },
  {
    label: 'Review',
    value: ({ reviewedBy, reviewNote }) =>
      reviewedBy === null ? NONE : `${reviewedBy}: ${reviewNote ?? ''}`,
  },
];

const EVENT_COLUMNS: readonly Column<Event>[] = [
  { label: 'When', value: ({ startedAt }) => shortMoment(textOf(startedAt)) },
  { label: 'Who', value: ({ actor }) => textOf(actor) ?? 'Gatehouse' },
  { label: 'About', value: aboutWords },
  { label: 'Reason', value: ({ reason }) => textOf(reason) ?? 'Not recorded' },
];
