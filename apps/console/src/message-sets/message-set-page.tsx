import { API_VERSION, type RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Card, CardContent, TextField, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Title, useGetOne } from 'react-admin';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { ApplyDocument } from '../parts/apply-document.js';
import { Section } from '../parts/facts.js';
import { Picker } from './picker.js';

type Interactions = AnswerOf<'catalogue'>['items'];

/** A message set of this name, or a new one, picked from the catalogue. */
export default function MessageSetPage() {
  const [search] = useSearchParams();
  const name = search.get('name');
  const set = useGetOne<ConsoleRecord>('message-sets', { id: name ?? '' }, { enabled: name !== null });
  const catalogue = useQuery({ queryKey: ['catalogue'], queryFn: () => callRoute('catalogue', {}) });
  const error = set.error ?? catalogue.error;
  const ready = catalogue.data !== undefined && (name === null || set.data !== undefined);
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Message set" />
      <Typography variant="h1" sx={{ mb: 2, overflowWrap: 'anywhere' }}>
        {name === null ? 'New message set' : `Message set ${name}`}
      </Typography>
      {error ? <Typography role="alert">{error.message}</Typography> : null}
      {ready ? (
        <Editor
          key={name}
          name={name}
          catalogue={catalogue.data.items}
          before={(set.data?.['interactions'] as readonly string[] | undefined) ?? []}
        />
      ) : (
        <Typography role="status">{error ? '' : 'Loading …'}</Typography>
      )}
    </Box>
  );
}

interface EditorProps {
  /** Null: it is new. */
  readonly name: string | null;
  readonly catalogue: Interactions;
  readonly before: readonly string[];
}

function Editor({ name, catalogue, before }: EditorProps) {
  const [given, setGiven] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(before));
  const added = [...chosen].filter((id) => !before.includes(id)).toSorted();
  const taken = before.filter((id) => !chosen.has(id));
  const called = name ?? given.trim();
  const document = documentOf(called, [...chosen].toSorted());
  const changed = added.length + taken.length > 0;
  return (
    <>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          {name === null ? (
            <TextField
              id="name"
              label="Name"
              helperText="Lower-case letters, digits, dots and hyphens: provider-read"
              required
              value={given}
              onChange={({ target }) => {
                setGiven(target.value);
              }}
              margin="dense"
              variant="outlined"
            />
          ) : null}
          <Picker catalogue={catalogue} chosen={chosen} onChoose={setChosen} />
        </CardContent>
      </Card>
      <Section title="What would change">
        <Typography role="status" sx={{ mb: 1 }}>
          {changed ? `Adds ${said(added)}; takes away ${said(taken)}.` : 'Nothing.'}
        </Typography>
        {called === '' || chosen.size === 0 ? (
          <Typography color="text.secondary">A set has a name and at least one interaction.</Typography>
        ) : (
          <ApplyDocument
            key={JSON.stringify(document)}
            document={document}
            label="Save the message set"
            disabled={!changed}
          />
        )}
      </Section>
    </>
  );
}

const said = (ids: readonly string[]): string => (ids.length === 0 ? 'nothing' : ids.join(', '));

function documentOf(name: string, interactions: string[]): RegistryDocument {
  return {
    apiVersion: API_VERSION,
    organisations: [],
    products: [],
    messageSets: [{ name, interactions }],
    applications: [],
    clients: [],
  };
}
