import { DateTimeInput, SelectInput, TextInput } from 'react-admin';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

type AuditRow = Readonly<Record<string, unknown>>;

const text = (row: AuditRow, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
};
const toInstant = (value: string): string => (value === '' ? '' : new Date(value).toISOString());
const OUTCOMES = ['COMPLETED', 'REFUSED', 'NOT_SENT', 'FAILED', 'UNKNOWN', 'WITHHELD'];

export default function AuditList() {
  return (
    <RegisterList<AuditRow>
      title="Audit"
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" />,
        <TextInput key="client" source="client" label="Client" />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="interaction" source="interaction" label="Interaction" />,
        <SelectInput key="outcome" source="outcome" label="Outcome" choices={OUTCOMES} />,
        <TextInput key="code" source="code" label="Code" />,
        <TextInput key="correlationId" source="correlationId" label="Correlation id" />,
        <TextInput key="attemptId" source="attemptId" label="Attempt id" />,
        <DateTimeInput key="from" source="from" label="From" parse={toInstant} />,
        <DateTimeInput key="until" source="until" label="Until" parse={toInstant} />,
      ]}
      href={(id) => `/requests/${id}`}
      empty="Nothing is recorded yet. Every request to the gateway appears here, refused ones too."
      columns={[
        { label: 'Time', value: (row) => (typeof row.startedAt === 'string' ? moment(row.startedAt) : '–') },
        {
          label: 'Kind',
          value: (row) => (row.kind === 'SYSTEM' ? text(row, 'event') : text(row, 'kind')),
        },
        {
          label: 'Outcome',
          value: (row) => (typeof row.outcome === 'string' ? <StateChip state={row.outcome} /> : '–'),
        },
        { label: 'Interaction', value: (row) => text(row, 'interaction') },
        { label: 'Organisation', value: (row) => text(row, 'organisation') },
        { label: 'Client', value: (row) => text(row, 'client') },
        { label: 'Code', value: (row) => text(row, 'code') },
        { label: 'Attempt', value: (row) => text(row, 'attemptId') },
      ]}
    />
  );
}
