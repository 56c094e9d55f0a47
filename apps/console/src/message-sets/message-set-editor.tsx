import { messageSetName } from '@gatehouse/contracts/registry/identifiers';
import { API_VERSION, type RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Card, CardContent, TextField, Typography } from '@mui/material';
import { useRef, useState } from 'react';
import { useMay } from '../api/use-may.js';
import { Section } from '../parts/facts.js';
import { ApplyDocument } from '../parts/apply/apply-document.js';
import { faultOfValue } from '../parts/form/faults.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';
import { requireNewMessageSet } from '../parts/apply/require-new.js';
import { sentenceCase } from '../parts/words.js';
import { Picker } from './picker.js';

interface Props {
  /** Null for a new message set. */
  readonly name: string | null;
  readonly catalogue: AnswerOf<'catalogue'>['items'];
  readonly before: readonly string[];
}

const NAME_HELP = 'Lower-case letters, digits, dots and hyphens, for example provider-read';

export function MessageSetEditor({ name, catalogue, before }: Props) {
  const [newName, setNewName] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(before));
  const [isChecked, setChecked] = useState(false);
  const [rejected, setRejected] = useState<{ readonly name: string; readonly detail: string } | null>(null);
  const form = useRef<HTMLElement>(null);
  const mayEdit = useMay('registryApply');
  const added = [...selected].filter((id) => !before.includes(id)).toSorted();
  const removed = before.filter((id) => !selected.has(id));
  const hasChanged = added.length + removed.length > 0;
  const setName = name ?? newName.trim();
  const nameFault = faultOfName(setName);
  const shownFault = (isChecked ? nameFault : null) ?? (rejected?.name === setName ? rejected.detail : null);
  const isComplete = nameFault === null && selected.size > 0;
  const document = isComplete ? documentOf(setName, [...selected].toSorted()) : null;
  return (
    <Box ref={form}>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          {name === null ? (
            <TextField
              id="name"
              label="Name"
              value={newName}
              error={shownFault !== null}
              helperText={shownFault ?? NAME_HELP}
              onChange={({ target }) => {
                setNewName(target.value);
              }}
              margin="dense"
              variant="outlined"
            />
          ) : null}
          <Picker catalogue={catalogue} chosen={selected} onChoose={mayEdit ? setSelected : null} />
        </CardContent>
      </Card>
      {mayEdit ? (
        <Section title="What would change">
          <Typography role="status" sx={{ mb: 1 }}>
            {hasChanged ? `Adds ${listed(added)}. Removes ${listed(removed)}.` : 'Nothing yet.'}
          </Typography>
          {isChecked && selected.size === 0 ? (
            <Typography color="error" role="alert" sx={{ mb: 1 }}>
              Select at least one interaction
            </Typography>
          ) : null}
          <ApplyDocument
            key={JSON.stringify(document)}
            document={document}
            onIncomplete={() => {
              setChecked(true);
              if (nameFault !== null) focusFirstFault(form.current);
              else form.current?.querySelector<HTMLElement>('input[type="checkbox"]')?.focus();
            }}
            beforeApply={name === null ? () => requireNewMessageSet({ name: setName }) : undefined}
            onRejected={([fault]) => {
              if (fault === undefined) return;
              setRejected({ name: setName, detail: sentenceCase(fault.detail) });
              focusFirstFault(form.current);
            }}
            label="Save the message set"
            isUnsaved={hasChanged}
            disabled={name !== null && !hasChanged}
          />
        </Section>
      ) : null}
    </Box>
  );
}

const listed = (ids: readonly string[]): string => (ids.length === 0 ? 'nothing' : ids.join(', '));

function faultOfName(name: string): string | null {
  if (name === '') return 'Enter the name';
  return faultOfValue(messageSetName, name);
}

function documentOf(name: string, interactions: string[]): RegistryDocument {
  return {
    apiVersion: API_VERSION,
    organisations: [],
    products: [],
    messageSets: [{ name, interactions }],
    applications: [],
    cis2Clients: [],
    clients: [],
  };
}
