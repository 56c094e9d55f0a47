import {
  CSV_COLUMNS,
  type CsvEffect,
  type CsvFault,
  decodeTextFile,
  readRegistryCsv,
} from '@gatehouse/contracts/registry/registry-csv';
import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import { Alert, Box, Button, Card, CardContent, TextField, Typography } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { messageOf, ProblemError } from '../api/problem-error.js';
import { ApplyDocument } from '../parts/apply/apply-document.js';
import { saveFile } from '../parts/save-file.js';
import { counted } from '../parts/words.js';
import { Effects } from './effects.js';
import { PageTitle } from '../parts/page-title.js';

/** A draft, as most rows begin: NHS England issues the ASID and the API key later. */
const EXAMPLE: Readonly<Partial<Record<(typeof CSV_COLUMNS)[number], string>>> = {
  organisation_ods_code: 'R1Z',
  organisation_name: 'Example NHS Trust',
  product: 'ReferWell',
  environment: 'int',
  access_mode: 'application-restricted',
  capability: 'provider',
  message_sets: 'provider-read',
  state: 'draft',
};

const template = (): string =>
  [CSV_COLUMNS, CSV_COLUMNS.map((column) => EXAMPLE[column] ?? '')]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');

interface Preview {
  readonly faults: readonly CsvFault[];
  readonly document: RegistryDocument | null;
  readonly effects: readonly CsvEffect[];
  /** Of organisations that the NHS publishes otherwise. */
  readonly remarks: readonly string[];
}

/** Imports a spreadsheet of applications: read in the browser, previewed line by line, then applied as a whole. */
export default function ImportPage() {
  const [text, setText] = useState('');
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const { mutate, reset, data, error, isPending } = useMutation({ mutationFn: preview });
  const setFile = (chosen: string): void => {
    setText(chosen);
    setUnreadable(null);
    reset();
  };
  const read = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = target.files ?? [];
    if (file !== undefined) {
      const { text: decoded = '', fault } = decodeTextFile(new Uint8Array(await file.arrayBuffer()));
      setFile(decoded);
      if (fault !== undefined) setUnreadable(`Line ${fault.line}, byte ${fault.byte}: ${fault.detail}`);
    }
    target.value = '';
  };
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Import</PageTitle>
      <Typography variant="h1" gutterBottom>
        Import applications
      </Typography>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          <Typography sx={{ mb: 1, maxWidth: '48rem' }}>
            Write one row for each application of an organisation; the template has an example, which your
            rows replace. An empty cell changes nothing. Nothing is sent to the gateway until you preview the
            file, and nothing changes until you apply it.
          </Typography>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mb: 1 }}>
            <label htmlFor="file">CSV file</label>
            <input id="file" type="file" accept=".csv,text/csv" onChange={(event) => void read(event)} />
            <Button
              onClick={() => {
                saveFile('gatehouse-import.csv', template(), 'text/csv');
              }}
            >
              Download a template
            </Button>
          </Box>
          <TextField
            id="csv"
            label="Or paste the rows here"
            value={text}
            onChange={({ target }) => {
              setFile(target.value);
            }}
            multiline
            minRows={4}
            maxRows={12}
            fullWidth
            margin="dense"
            variant="outlined"
            slotProps={{ htmlInput: { spellCheck: false } }}
          />
          <Button
            variant="contained"
            disabled={isPending || text === ''}
            onClick={() => {
              mutate(text);
            }}
          >
            Preview
          </Button>
        </CardContent>
      </Card>
      {unreadable === null ? null : <Alert severity="error">The file cannot be read. {unreadable}</Alert>}
      {error === null ? null : <Alert severity="error">{messageOf(error)}</Alert>}
      {data === undefined ? null : <PreviewResult {...data} />}
    </Box>
  );
}

function PreviewResult({ faults, document, effects, remarks }: Preview) {
  if (document === null) {
    return (
      <Alert severity="error">
        The file has {counted(faults.length, 'error')} in{' '}
        {counted(new Set(faults.map(({ line }) => line)).size, 'line')}. Nothing was changed.
        <Box component="ul" sx={{ m: 0, pl: 2 }}>
          {faults.map(({ line, column, detail }) => (
            <li key={`${line} ${column ?? ''} ${detail}`}>
              Line {line}
              {column === null ? '' : `, ${column}`}: {detail}
            </li>
          ))}
        </Box>
      </Alert>
    );
  }
  return (
    <>
      {remarks.length === 0 ? null : (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {remarks.map((remark) => (
            <Box key={remark}>{remark}</Box>
          ))}
        </Alert>
      )}
      <Effects effects={effects} />
      <Card sx={{ mt: 2, position: 'sticky', bottom: 0, zIndex: 1 }} elevation={6}>
        <CardContent>
          <ApplyDocument document={document} label="Apply these changes" />
        </CardContent>
      </Card>
    </>
  );
}

/** Of a file with faults of its own, the other lines are checked by the gateway all the same: one round shows them all. */
async function preview(text: string): Promise<Preview> {
  const { document, checkable, faults, explain, effects } = readRegistryCsv(text);
  const faulty = { document: null, effects: [], remarks: [] };
  if (checkable === null) return { ...faulty, faults };
  try {
    const { changes, remarks } = await callRoute('registryDiff', { body: { document: checkable } });
    return document === null
      ? { ...faulty, faults }
      : { document, faults, effects: effects(changes), remarks };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.faults.length === 0) throw error;
    const all = [...faults, ...explain(error.faults)];
    return { ...faulty, faults: all.toSorted((one, other) => one.line - other.line) };
  }
}
