/** The columns of the audit trail, in its list and in the results of a search for a patient. */
import { Box } from '@mui/material';
import { Fragment } from 'react';
import { CopyButton } from '../parts/copyable.js';
import { exactMoment, NONE } from '../parts/dates.js';
import type { Column } from '../parts/list/record-rows.js';
import { StateTag } from '../parts/state-tag.js';
import { eventInWords } from './event-words.js';
import { idsText, outcomeText, requestText, tookText } from './explorer/line-words.js';

export type AuditRow = Readonly<Record<string, unknown>>;

export const OUTCOMES = [
  ...['COMPLETED', 'NOT_COMPLETED', 'REFUSED', 'ANY_FAILURE'],
  ...['FAILED', 'NOT_SENT', 'UNKNOWN', 'WITHHELD'],
];

const textOf = (row: AuditRow, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : NONE;
};

/** The page of a request, or of an event that is none. */
export const hrefOf = (id: string, { kind }: AuditRow): string =>
  kind === 'SYSTEM' ? `/audit-events/${id}` : `/requests/${id}`;

const time = ({ startedAt }: AuditRow) =>
  typeof startedAt === 'string' ? <time dateTime={startedAt}>{exactMoment(startedAt)}</time> : NONE;

/** One line for each request, with what people ask first: when, what, whose, and how it ended. */
export const REQUEST_COLUMNS: readonly Column<AuditRow>[] = [
  { label: 'Time', value: time },
  { label: 'Status', value: (row) => textOf(row, 'status') },
  { label: 'Request', fills: '30%', value: (row) => <PathText text={requestText(row)} /> },
  { label: 'ODS code', value: (row) => textOf(row, 'organisation') },
  {
    label: 'Client',
    fills: '20%',
    value: (row) => <WholeOnHover text={textOf(row, row['client'] === null ? 'actor' : 'client')} />,
  },
  {
    label: 'Outcome',
    fills: '50%',
    value: (row) => (
      <>
        {typeof row['outcome'] === 'string' ? <StateTag state={row['outcome']} /> : 'Not known yet'}{' '}
        <WholeOnHover text={outcomeText(row)} />
      </>
    ),
  },
  { label: 'Took', value: ({ durationMs }) => tookText(durationMs) },
  {
    label: 'Ids',
    value: (row) => (
      <CopyButton
        text={idsText(row)}
        name={`the ids of the request of ${typeof row['startedAt'] === 'string' ? exactMoment(row['startedAt']) : NONE}`}
        sx={{ p: 0.5, my: -0.5 }}
      />
    ),
  },
  { label: 'Interaction', isExtra: true, value: (row) => textOf(row, 'interaction') },
  { label: 'Environment', isExtra: true, value: (row) => textOf(row, 'environment') },
  { label: 'Code', isExtra: true, value: (row) => textOf(row, 'code') },
];

/** What happened besides requests: who did what, and why. */
export const EVENT_COLUMNS: readonly Column<AuditRow>[] = [
  { label: 'Time', value: time },
  {
    label: 'Event',
    fills: '40%',
    value: (row) => <WholeOnHover text={eventInWords(textOf(row, 'event'))} />,
  },
  {
    label: 'Who',
    fills: '30%',
    value: (row) => <WholeOnHover text={row['actor'] === null ? 'Gatehouse' : textOf(row, 'actor')} />,
  },
  { label: 'ODS code', value: (row) => textOf(row, 'organisation') },
  { label: 'Reason', fills: '30%', value: (row) => <WholeOnHover text={textOf(row, 'reason')} /> },
];

/** In a card it breaks after a slash; in a table it has one line. */
function PathText({ text }: { readonly text: string }) {
  return (
    <span title={text}>
      {text.split(/(?<=\/)/).map((part, index) => (
        <Fragment key={index}>
          {part}
          <Box component="wbr" sx={{ display: { md: 'none' } }} />
        </Fragment>
      ))}
    </span>
  );
}

function WholeOnHover({ text }: { readonly text: string }) {
  return <span title={text}>{text}</span>;
}
