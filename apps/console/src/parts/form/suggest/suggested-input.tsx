import { TextField, type TextFieldProps } from '@mui/material';
import { Suspense, useId, useState } from 'react';
import { Suggestions } from './lazy-suggestions.js';
import type { Suggested } from './offered.js';

type Props = Omit<TextFieldProps, 'slotProps' | 'select'> & {
  readonly of: Suggested;
  /** It holds several values, separated by commas. */
  readonly isList?: boolean;
};

/** A field that offers what the registry holds once somebody enters it. */
export function SuggestedInput({ of, isList = false, ...props }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <>
      <TextField
        {...props}
        onFocus={({ target }) => {
          setTyped(target.value);
        }}
        onInput={({ target }) => {
          setTyped((target as HTMLInputElement).value);
        }}
        slotProps={{ htmlInput: { list: id, autoComplete: 'off', spellCheck: false } }}
      />
      {typed === null ? null : (
        <Suspense>
          <Suggestions id={id} of={of} typed={typed} isList={isList} />
        </Suspense>
      )}
    </>
  );
}
