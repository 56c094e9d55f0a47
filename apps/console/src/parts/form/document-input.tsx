import { Box, FormHelperText } from '@mui/material';
import { type ChangeEvent, useId, useState } from 'react';
import type { FieldInputProps } from './fields.js';

/** A browser hashes a whole file in memory. */
const LARGEST_MIB = 100;
const BYTES_IN_MIB = 1_048_576;

/** Chooses a document and puts its SHA-256 into the form. The document itself stays in the browser. */
export function DocumentInput({ field: { name, label, required = false, help }, fault }: FieldInputProps) {
  const id = useId();
  const [sha256, setSha256] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const read = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = target.files ?? [];
    setSha256('');
    setProblem(null);
    if (file === undefined) return;
    if (file.size > LARGEST_MIB * BYTES_IN_MIB) {
      setProblem(`Choose a document of at most ${LARGEST_MIB} MiB`);
      return;
    }
    const hash = await sha256Of(file).catch(() => null);
    // Another file may have been chosen meanwhile.
    if (target.files?.[0] !== file) return;
    if (hash === null) setProblem('This document could not be read. Choose it again');
    else setSha256(hash);
  };
  const shownFault = problem ?? (sha256 === '' ? fault : undefined);
  return (
    <Box sx={{ my: 1.5 }}>
      <Box component="label" htmlFor={id} sx={{ display: 'block', mb: 0.5 }}>
        {required ? label : `${label} (optional)`}
      </Box>
      <input
        id={id}
        type="file"
        aria-invalid={shownFault !== undefined}
        aria-describedby={`${id}-help`}
        style={{ maxWidth: '100%' }}
        onChange={(event) => void read(event)}
      />
      <input type="hidden" name={name} value={sha256} />
      <FormHelperText id={`${id}-help`} error={shownFault !== undefined} role="status">
        {shownFault ?? (sha256 === '' ? help : `SHA-256: ${sha256}`)}
      </FormHelperText>
    </Box>
  );
}

async function sha256Of(file: File): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
