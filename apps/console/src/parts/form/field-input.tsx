import { MenuItem, TextField } from '@mui/material';
import { useId } from 'react';
import { DocumentInput } from './document-input.js';
import { type FieldInputProps, listOf } from './fields.js';

const TYPES = {
  text: 'text',
  pasted: 'text',
  list: 'text',
  number: 'number',
  date: 'date',
  moment: 'datetime-local',
  secret: 'password',
  document: 'file',
} as const;

/** What a browser must neither fill in nor keep nor send to a spelling service. */
const WITHOUT_HELP: Readonly<Record<string, object>> = {
  secret: { autoComplete: 'new-password', spellCheck: false },
  pasted: { autoComplete: 'off', spellCheck: false },
};

export function FieldInput(props: FieldInputProps) {
  return props.field.kind === 'document' ? <DocumentInput {...props} /> : <TextInput {...props} />;
}

function TextInput({ field, fault, marksOptional = true }: FieldInputProps) {
  const { name, label, kind = 'text', choices, required = false, help, initial = '', kept } = field;
  const id = useId();
  const isMultiple = kind === 'list' && choices !== undefined;
  return (
    <TextField
      id={id}
      name={name}
      label={marksOptional && !required ? `${label} (optional)` : label}
      select={choices !== undefined}
      type={TYPES[kind]}
      {...(kept === undefined
        ? { defaultValue: isMultiple ? listOf(initial, choices) : initial }
        : { value: kept.text, onChange: ({ target }) => kept.set(target.value) })}
      error={fault !== undefined}
      helperText={fault ?? help}
      fullWidth
      {...(kind === 'pasted' && { multiline: true, minRows: 3, maxRows: 10 })}
      margin="dense"
      variant="outlined"
      slotProps={{
        htmlInput: WITHOUT_HELP[kind] ?? {},
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
