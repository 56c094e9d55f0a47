import { Button, Typography } from '@mui/material';
import { Suspense, useState } from 'react';
import { useListContext } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { instantOf, momentText } from '../parts/form/fields.js';
import { DateTimeInput, SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { choicesOf } from '../parts/words.js';
import { type AuditRow, EVENT_COLUMNS, hrefOf, OUTCOMES, REQUEST_COLUMNS } from './columns.js';
import { coverageText, type Covers } from './coverage-words.js';
import { DownloadButton } from './download-button.js';
import { EVENT_CHOICES } from './event-words.js';
import { FilterChips } from './explorer/filter-chips.js';
import { LiveTail } from './explorer/lazy-live-tail.js';
import { PreviewedLines } from './explorer/previewed-lines.js';
import { isOfEvents } from './explorer/quick-filters.js';

const SHARED_FILTERS = [
  <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
  <TextInput key="userId" source="userId" label="CIS2 user id" />,
  <TextInput key="applicationId" source="applicationId" label="Application id" />,
];
const LIMITS = [
  <DateTimeInput key="from" source="from" label="From" parse={instantOf} format={momentText} />,
  <DateTimeInput key="until" source="until" label="Until" parse={instantOf} format={momentText} />,
];
const REQUEST_FILTERS = [
  ...SHARED_FILTERS,
  <TextInput key="client" source="client" label="Client" />,
  <TextInput key="environment" source="environment" label="Environment" />,
  <TextInput key="interaction" source="interaction" label="Interaction" />,
  <SelectInput key="outcome" source="outcome" label="Outcome" choices={choicesOf(OUTCOMES)} />,
  <TextInput key="code" source="code" label="Code" />,
  <TextInput key="correlationId" source="correlationId" label="Correlation id" />,
  <TextInput key="upstreamRequestId" source="upstreamRequestId" label="X-Request-ID of e-RS" />,
  <TextInput key="attemptId" source="attemptId" label="Attempt id" />,
  ...LIMITS,
];
const EVENT_FILTERS = [
  <SelectInput key="event" source="event" label="Event" choices={EVENT_CHOICES} />,
  ...SHARED_FILTERS,
  ...LIMITS,
];

export default function AuditList() {
  const [isLive, setLive] = useState(false);
  return (
    <RegisterList<AuditRow>
      title="Audit trail"
      actions={
        <Actions
          isLive={isLive}
          onLive={() => {
            setLive(!isLive);
          }}
        />
      }
      above={
        <>
          <FilterChips />
          {isLive ? (
            <Suspense>
              <LiveTail
                onClose={() => {
                  setLive(false);
                }}
              />
            </Suspense>
          ) : null}
          <CoveredSpan />
        </>
      }
      isOneLine
      around={(rows, data) => <PreviewedLines data={data}>{rows}</PreviewedLines>}
      filters={(filter) => (isOfEvents(filter) ? EVENT_FILTERS : REQUEST_FILTERS)}
      href={hrefOf}
      empty="Nothing is recorded yet. Every request to the gateway appears here, including rejected ones."
      columns={(filter) => (isOfEvents(filter) ? EVENT_COLUMNS : REQUEST_COLUMNS)}
    />
  );
}

/** A list of everything needs no words. */
function CoveredSpan() {
  const covers = (useListContext().meta as { readonly covers?: Covers } | undefined)?.covers;
  if (covers === undefined) return null;
  if (covers.from === null && covers.until === null && covers.removed.length === 0) return null;
  return <Typography sx={{ mb: 1 }}>{coverageText(covers)}</Typography>;
}

function Actions({ isLive, onLive }: { readonly isLive: boolean; readonly onLive: () => void }) {
  const maySearch = useMay('auditSearch');
  const mayFollow = useMay('auditFollow');
  return (
    <>
      {mayFollow ? (
        <Button size="small" aria-pressed={isLive} onClick={onLive}>
          Live view
        </Button>
      ) : null}
      {maySearch ? (
        <Button size="small" component={RouterLink} to="/patient-search">
          Who saw a patient?
        </Button>
      ) : null}
      <DownloadButton format="csv" />
      <DownloadButton format="ndjson" />
    </>
  );
}
