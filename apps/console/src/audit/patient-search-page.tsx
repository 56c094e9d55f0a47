/**
 * Who saw a patient. The identifier goes out in the body of a POST and stays in this page's field: never in an address,
 * in react-admin's store or in a cache of answers.
 */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Button, MenuItem, TextField, Typography } from '@mui/material';
import { type SyntheticEvent, useRef, useState } from 'react';
import { Title } from 'react-admin';
import { callRouteWith } from '../api/call-route.js';
import { ProblemError } from '../api/problem-error.js';
import { Section } from '../parts/facts.js';
import { RecordRows } from '../parts/register-list.js';
import { type AuditRow, COLUMNS, OUTCOMES, toInstant } from './columns.js';

type Found = AnswerOf<'auditSearch'>;

interface Field {
  readonly name: string;
  readonly label: string;
  readonly required?: true;
  readonly choices?: readonly string[];
  readonly type?: 'datetime-local';
  readonly help?: string;
}

const FIELDS: readonly Field[] = [
  { name: 'nhsNumber', label: 'NHS number' },
  { name: 'ubrn', label: 'or UBRN' },
  { name: 'reason', label: 'Reason', required: true, help: 'Kept in the trail, with your name' },
  { name: 'organisation', label: 'ODS code', help: 'Empty: every organisation within your reach' },
  { name: 'client', label: 'Client' },
  { name: 'interaction', label: 'Interaction', help: 'A005' },
  { name: 'outcome', label: 'Outcome', choices: ['', ...OUTCOMES] },
  { name: 'correlationId', label: 'Correlation id' },
  { name: 'upstreamRequestId', label: 'X-Request-ID of e-RS' },
  { name: 'applicationId', label: 'Application id' },
  { name: 'from', label: 'From', type: 'datetime-local' },
  { name: 'until', label: 'Until', type: 'datetime-local' },
];

export default function PatientSearchPage() {
  const [found, setFound] = useState<Found | null>(null);
  const [refusal, setRefusal] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef<Readonly<Record<string, string>>>({});

  const search = async (body: Readonly<Record<string, string>>, before: Found['items']): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      const page = (await callRouteWith('auditSearch', { body })) as Found;
      setFound({ ...page, items: [...before, ...page.items] });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFound(null);
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Who saw a patient" />
      <Typography variant="h1" gutterBottom>
        Who saw a patient
      </Typography>
      <Section title="Whom you look for">
        <Box
          component="form"
          noValidate
          autoComplete="off"
          onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
            event.preventDefault();
            asked.current = bodyOf(new FormData(event.currentTarget));
            void search(asked.current, []);
          }}
        >
          <Typography sx={{ mb: 1 }}>The search is written in the trail before anything is found.</Typography>
          {refusal === null ? null : <Alert severity="error">{refusal.message}</Alert>}
          <Box sx={{ display: 'grid', gap: 1, gridTemplateColumns: { sm: '1fr 1fr' } }}>
            {FIELDS.map((field) => (
              <Asked key={field.name} field={field} />
            ))}
          </Box>
          <Button type="submit" variant="contained" disabled={busy} sx={{ mt: 1 }}>
            Search
          </Button>
        </Box>
      </Section>
      {found === null ? null : (
        <Results
          found={found}
          busy={busy}
          onMore={(after) => void search({ ...asked.current, after }, found.items)}
        />
      )}
    </Box>
  );
}

function Asked({ field: { name, label, required, choices, type, help } }: { readonly field: Field }) {
  return (
    <TextField
      id={name}
      name={name}
      label={label}
      required={required === true}
      select={choices !== undefined}
      defaultValue=""
      type={type ?? 'text'}
      helperText={help}
      fullWidth
      margin="dense"
      variant="outlined"
      slotProps={type === undefined ? {} : { inputLabel: { shrink: true } }}
    >
      {choices?.map((choice) => (
        <MenuItem key={choice} value={choice}>
          {choice === '' ? 'any' : choice}
        </MenuItem>
      ))}
    </TextField>
  );
}

interface ResultsProps {
  readonly found: Found;
  readonly busy: boolean;
  readonly onMore: (after: string) => void;
}

function Results({ found: { items, next }, busy, onMore }: ResultsProps) {
  if (items.length === 0) {
    return (
      <Typography role="status">
        Nobody did, as far as the trail tells: nothing within your reach matches all of this.
      </Typography>
    );
  }
  return (
    <>
      <Typography role="status" sx={{ mb: 1 }}>
        {items.length} {items.length === 1 ? 'attempt' : 'attempts'} found
        {typeof next === 'string' ? ', and there are more' : ''}, the newest first.
      </Typography>
      <RecordRows<AuditRow>
        data={items.map((item) => ({ ...item, id: String(item['attemptId']) }))}
        href={(id) => `/requests/${id}`}
        columns={COLUMNS}
      />
      {typeof next === 'string' ? (
        <Button
          disabled={busy}
          onClick={() => {
            onMore(next);
          }}
        >
          More
        </Button>
      ) : null}
    </>
  );
}

/** What was left empty is not sent; an NHS number may be written in groups. */
function bodyOf(form: FormData): Record<string, string> {
  const body: Record<string, string> = {};
  for (const { name, type } of FIELDS) {
    const given = form.get(name);
    const text = typeof given === 'string' ? given.trim() : '';
    if (text === '') continue;
    const isIdentifier = name === 'nhsNumber' || name === 'ubrn';
    body[name] = type === undefined ? (isIdentifier ? text.replaceAll(/[\s-]/g, '') : text) : toInstant(text);
  }
  return body;
}
