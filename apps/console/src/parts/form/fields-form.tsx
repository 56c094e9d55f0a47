/** Fields and a button: what is typed is checked in the browser, sent, and marked where it is refused. */
import { Box, Button } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { type FieldFault, ProblemError } from '../../api/problem-error.js';
import { Unsaved } from '../unsaved/unsaved.js';
import { checkForm, faultOf, faultsOfFields, problemOfFaults } from './faults.js';
import { FieldInput } from './field-input.js';
import { bodyOfNew, type Field, isChanged, textsOf } from './fields.js';
import { focusFirstFault } from './focus-first-fault.js';
import { FormProblem } from './form-problem.js';

export interface FieldsFormProps<T> {
  /** Above the fields: what is asked, or a choice between forms. */
  readonly above?: ReactNode;
  /** Sent beside the fields. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  readonly fields: readonly Field[];
  readonly schema: Parameters<typeof checkForm>[3];
  /** @throws ProblemError with what the gateway found wrong */
  readonly ask: (body: unknown) => Promise<T>;
  readonly submitLabel: string;
  /** What is entered asks a question, and is no loss. */
  readonly changesNothing?: boolean;
  /** What was sent holds a credential, and is forgotten with the page. */
  readonly isForgotten?: boolean;
  /** Undefined: there is no answer yet. */
  readonly children?: (answer: T | undefined) => ReactNode;
}

export function FieldsForm<T>({ fields, schema, submitLabel, children, ...rest }: FieldsFormProps<T>) {
  const { ask, above, fixed, isForgotten = false, changesNothing = false } = rest;
  const [isUnsaved, setUnsaved] = useState(false);
  const [formFaults, setFormFaults] = useState<readonly FieldFault[]>([]);
  const formElement = useRef<HTMLFormElement>(null);
  const { mutate, reset, data, error, isPending } = useMutation({
    mutationFn: ask,
    onSuccess: () => {
      setUnsaved(false);
    },
    ...(isForgotten ? { gcTime: 0 } : {}),
  });
  const rejection = error instanceof ProblemError ? error : undefined;
  const faults = rejection?.faults ?? formFaults;
  const isWrong = rejection !== undefined || faults.length > 0;
  useEffect(() => {
    if (faults.length > 0) focusFirstFault(formElement.current);
  }, [faults]);
  const submit = (form: HTMLFormElement): void => {
    const texts = textsOf(fields, new FormData(form));
    const body = { ...bodyOfNew(fields, texts), ...fixed };
    const faultsFound = checkForm(fields, texts, body, schema);
    setFormFaults(faultsFound);
    // An earlier answer must not stand below a form that asks for something else.
    reset();
    if (faultsFound.length === 0) mutate(body);
  };
  return (
    <>
      <Box
        component="form"
        ref={formElement}
        noValidate
        onInput={(event: SyntheticEvent<HTMLFormElement>) => {
          setUnsaved(!changesNothing && isChanged(fields, new FormData(event.currentTarget)));
        }}
        onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        {isUnsaved ? <Unsaved /> : null}
        {above}
        {isWrong ? (
          <FormProblem
            problem={problemOfFaults(fields, faults, rejection)}
            faults={faultsOfFields(fields, faults)}
          />
        ) : null}
        {fields.map((field) => (
          <FieldInput key={field.name} field={field} fault={faultOf(field, faults)?.detail} />
        ))}
        <Button type="submit" variant="contained" disabled={isPending} sx={{ mt: 1 }}>
          {submitLabel}
        </Button>
      </Box>
      {children?.(data)}
    </>
  );
}
