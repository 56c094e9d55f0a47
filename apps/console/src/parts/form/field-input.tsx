import { MenuItem, TextField } from '@mui/material';
import { useId } from 'react';
import { type Field, listOf } from './fields.js';

interface Props {
  readonly field: Field;
  readonly fault: string | undefined;
  /** Whether the label of a field that may stay empty says so. */
  readonly marksOptional?: boolean;
}

const TYPES = {
  text: 'text',
  list: 'text',
  number: 'number',
  date: 'date',
  moment: 'datetime-local',
  secret: 'password',
} as const;

export function FieldInput({ field, fault, marksOptional = true }: Props) {
  const { name, label, kind = 'text', choices, required = false, help, initial = '' } = field;
  const id = useId();
  const isMultiple = kind === 'list' && choices !== undefined;
  return (
    <TextField
      id={id}
      name={name}
      label={marksOptional && !required ? `${label} (optional)` : label}
      select={choices !== undefined}
      type={TYPES[kind]}
      defaultValue={isMultiple ? listOf(initial, choices) : initial}
      error={fault !== undefined}
      helperText={fault ?? help}
      fullWidth
      margin="dense"
      variant="outlined"
      slotProps={{
        // A password manager must neither fill in nor offer to save a secret of an application.
        htmlInput: kind === 'secret' ? { autoComplete: 'new-password', spellCheck: false } : {},
        ...((kind === 'date' || kind === 'moment') && { inputLabel: { shrink: true } }),
        ...(isMultiple && { select: { multiple: true } }),
      }}
    >
      {choices?.map((choice) => (
        <MenuItem key={choice} value={choice}>
          {choice === '' ? 'Any' : choice}
        </MenuItem>
      ))}
    </TextField>
  );
}
