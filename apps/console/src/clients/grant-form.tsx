import { clientName, environmentName, odsCode, productName } from '@gatehouse/contracts/registry/identifiers';
import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, MenuItem, TextField } from '@mui/material';
import { type ChangeEvent, useId, useRef, useState } from 'react';
import type { FieldFault } from '../api/problem-error.js';
import { ACCESS, accessText } from './access.js';
import { ApplyDocument } from '../parts/apply/apply-document.js';
import { faultOfValue } from '../parts/form/faults.js';
import { requireNewClient } from '../parts/apply/require-new.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';
import type { Suggested } from '../parts/form/suggest/offered.js';
import { SuggestedInput } from '../parts/form/suggest/suggested-input.js';
import { sentenceCase } from '../parts/words.js';
import { grantDocument } from './grant-document.js';

type Client = AnswerOf<'clientShow'>;

const FIELDS = {
  name: { label: 'Client', schema: clientName },
  environment: { label: 'Environment', schema: environmentName },
  organisation: { label: 'ODS code', schema: odsCode },
  product: { label: 'Product', schema: productName },
} as const;
type FieldName = keyof typeof FIELDS;
/** A new client has a name that nobody has registered. */
const SUGGESTED: Readonly<Partial<Record<FieldName, Suggested>>> = {
  environment: 'environment',
  organisation: 'organisation',
  product: 'product',
};
const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];

type Values = Readonly<Record<FieldName, string>> & { readonly access: number };

interface Props {
  readonly client: Pick<Client, 'name' | 'environment' | 'grants'> | undefined;
}

export function GrantForm({ client }: Props) {
  const [values, setValues] = useState<Values>({
    name: client?.name ?? '',
    environment: client?.environment ?? '',
    organisation: '',
    product: '',
    access: 0,
  });
  const [isChecked, setChecked] = useState(false);
  const [rejected, setRejected] = useState<readonly FieldFault[]>([]);
  const fields = useRef<HTMLElement>(null);
  const id = useId();
  const fixed: readonly FieldName[] = client === undefined ? [] : ['name', 'environment'];
  return (
    <>
      <Box ref={fields}>
        {FIELD_NAMES.filter((name) => !fixed.includes(name)).map((name) => {
          const fault = faultOf(name, values[name]) ?? rejectedField(name, rejected);
          const isShown = fault !== null && (isChecked || values[name] !== '');
          const input = {
            ...{ id: `${id}${name}`, label: FIELDS[name].label, value: values[name] },
            ...{ error: isShown, helperText: isShown ? fault : undefined },
            onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
              setValues({ ...values, [name]: target.value });
              setRejected(rejected.filter((each) => !isAbout(name, each)));
            },
            fullWidth: true,
            margin: 'dense',
            variant: 'outlined',
          } as const;
          const suggested = SUGGESTED[name];
          return suggested === undefined ? (
            <TextField key={name} {...input} />
          ) : (
            <SuggestedInput key={name} {...input} of={suggested} />
          );
        })}
        <TextField
          id={`${id}access`}
          label="Access"
          select
          value={values.access}
          onChange={({ target }) => {
            setValues({ ...values, access: Number(target.value) });
          }}
          fullWidth
          margin="dense"
          variant="outlined"
        >
          {ACCESS.map((access, index) => (
            <MenuItem key={accessText(access)} value={index}>
              {accessText(access)}
            </MenuItem>
          ))}
        </TextField>
      </Box>
      <ApplyDocument
        document={documentOf(values, client?.grants ?? [])}
        onIncomplete={() => {
          setChecked(true);
          focusFirstFault(fields.current);
        }}
        beforeApply={
          client === undefined
            ? () => requireNewClient({ environment: values.environment, client: values.name })
            : undefined
        }
        onRejected={(faults) => {
          setRejected(faults);
          focusFirstFault(fields.current);
        }}
        label="Grant"
      />
    </>
  );
}

function faultOf(name: FieldName, value: string): string | null {
  const { label, schema } = FIELDS[name];
  if (value === '') return `Enter the ${label === 'ODS code' ? label : label.toLowerCase()}`;
  return faultOfValue(schema, value);
}

/** The gateway's faults point into the document, whose members have the names of the fields. */
const isAbout = (name: FieldName, { pointer }: FieldFault): boolean => pointer.endsWith(`/${name}`);

function rejectedField(name: FieldName, rejected: readonly FieldFault[]): string | null {
  const fault = rejected.find((each) => isAbout(name, each));
  return fault === undefined ? null : sentenceCase(fault.detail);
}

/** Null until it is complete. */
function documentOf(values: Values, existing: Client['grants']): RegistryDocument | null {
  const { name, environment, organisation, product, access } = values;
  const chosen = ACCESS[access];
  if (chosen === undefined) return null;
  return grantDocument({ name, environment, grants: existing }, { organisation, product, ...chosen });
}
