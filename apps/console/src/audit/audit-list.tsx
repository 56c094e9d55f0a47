import { Button, Typography } from '@mui/material';
import { useListContext } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { instantOf } from '../parts/form/fields.js';
import { DateTimeInput, SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { choicesOf } from '../parts/words.js';
import { type AuditRow, COLUMNS, hrefOf, OUTCOMES } from './columns.js';
import { coverageText, type Covers } from './coverage-words.js';
import { DownloadButton } from './download-button.js';

export default function AuditList() {
  return (
    <RegisterList<AuditRow>
      title="Audit trail"
      actions={<Actions />}
      above={<CoveredSpan />}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <TextInput key="client" source="client" label="Client" />,
        <TextInput key="userId" source="userId" label="CIS2 user id" />,
        <TextInput key="applicationId" source="applicationId" label="Application id" />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="interaction" source="interaction" label="Interaction" />,
        <SelectInput key="outcome" source="outcome" label="Outcome" choices={choicesOf(OUTCOMES)} />,
        <TextInput key="code" source="code" label="Code" />,
        <TextInput key="correlationId" source="correlationId" label="Correlation id" />,
        <TextInput key="upstreamRequestId" source="upstreamRequestId" label="X-Request-ID of e-RS" />,
        <TextInput key="attemptId" source="attemptId" label="Attempt id" />,
        <DateTimeInput key="from" source="from" label="From" parse={instantOf} />,
        <DateTimeInput key="until" source="until" label="Until" parse={instantOf} />,
      ]}
      href={hrefOf}
      empty="Nothing is recorded yet. Every request to the gateway appears here, including rejected ones."
      columns={COLUMNS}
    />
  );
}

/** A list without limits needs no words. */
function CoveredSpan() {
  const covers = (useListContext().meta as { readonly covers?: Covers } | undefined)?.covers;
  if (covers === undefined || (covers.from === null && covers.until === null)) return null;
  return <Typography sx={{ mb: 1 }}>{coverageText(covers)}</Typography>;
}

function Actions() {
  const maySearch = useMay('auditSearch');
  return (
    <>
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
