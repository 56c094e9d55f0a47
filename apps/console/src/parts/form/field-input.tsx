import { MenuItem, TextField } from '@mui/material';
import { useId } from 'react';
import { DocumentInput } from './document-input.js';
import { type FieldInputProps, listOf } from './fields.js';
import { SuggestedInput } from './suggest/suggested-input.js';

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
  const { name, label, kind = 'text', choices, suggests, required = false, help, initial = '', kept } = field;
  const id = useId();
  const isMultiple = kind === 'list' && choices !== undefined;
  const common = {
    id,
    name,
    fullWidth: true,
    margin: 'dense',
    variant: 'outlined',
    label: marksOptional && !required ? `${label} (optional)` : label,
    error: fault !== undefined,
    helperText: fault ?? help,
  } as const;
  if (suggests !== undefined)
    return <SuggestedInput {...common} of={suggests} isList={kind === 'list'} defaultValue={initial} />;
  return (
    <TextField
      {...common}
      select={choices !== undefined}
      type={TYPES[kind]}
      {...(kept === undefined
        ? { defaultValue: isMultiple ? listOf(initial, choices) : initial }
        : { value: kept.text, onChange: ({ target }) => kept.set(target.value) })}
      {...(kind === 'pasted' && { multiline: true, minRows: 3, maxRows: 10 })}
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
