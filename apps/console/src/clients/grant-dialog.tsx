/** Grants one more application to a client, new or known: a registry document of one client, applied like any other. */
import { clientName, environmentName, odsCode, productName } from '@gatehouse/contracts/registry/identifiers';
import {
  API_VERSION,
  type RegistryDocument,
  registryDocument,
} from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  MenuItem,
  TextField,
} from '@mui/material';
import { type ReactNode, useId, useState } from 'react';
import { useMay } from '../api/use-may.js';
import { ApplyDocument } from '../parts/apply-document.js';

type Client = AnswerOf<'clientShow'>;

const FIELDS = {
  name: { label: 'Client', schema: clientName },
  environment: { label: 'Environment', schema: environmentName },
  organisation: { label: 'ODS code', schema: odsCode },
  product: { label: 'Product', schema: productName },
} as const;
const ACCESS = [
  ['application-restricted', 'provider'],
  ['application-restricted', 'referrer'],
  ['user-restricted', undefined],
] as const;

interface Props {
  readonly label: string;
  /** A known client keeps its grants; a new one has none. */
  readonly client?: Pick<Client, 'name' | 'environment' | 'grants'>;
}

export function GrantDialog({ label, client }: Props) {
  const [open, setOpen] = useState(false);
  const titleId = useId();
  if (!useMay('registryApply')) return null;
  const close = (): void => {
    setOpen(false);
  };
  return (
    <>
      <Button
        size="small"
        variant="outlined"
        onClick={() => {
          setOpen(true);
        }}
        sx={{ m: 0.25 }}
      >
        {label}
      </Button>
      <Dialog open={open} onClose={close} fullWidth maxWidth="sm" aria-labelledby={titleId}>
        <DialogTitle id={titleId}>{label}</DialogTitle>
        <DialogContent>
          <Grant client={client} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Close</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function Grant({ client }: Pick<Props, 'client'>): ReactNode {
  const [given, setGiven] = useState({
    name: client?.name ?? '',
    environment: client?.environment ?? '',
    organisation: '',
    product: '',
    access: 0,
  });
  const id = useId();
  const known = client === undefined ? [] : ['name', 'environment'];
  const document = documentOf(given, client?.grants ?? []);
  return (
    <>
      {Object.entries(FIELDS)
        .filter(([name]) => !known.includes(name))
        .map(([name, { label, schema }]) => {
          const value = given[name as keyof typeof FIELDS];
          const checked = schema.safeParse(value);
          return (
            <TextField
              key={name}
              id={`${id}${name}`}
              label={label}
              value={value}
              required
              error={value !== '' && !checked.success}
              helperText={value === '' || checked.success ? undefined : checked.error.issues[0]?.message}
              onChange={({ target }) => {
                setGiven({ ...given, [name]: target.value });
              }}
              fullWidth
              margin="dense"
              variant="outlined"
            />
          );
        })}
      <TextField
        id={`${id}access`}
        label="Access"
        select
        value={given.access}
        onChange={({ target }) => {
          setGiven({ ...given, access: Number(target.value) });
        }}
        fullWidth
        margin="dense"
        variant="outlined"
      >
        {ACCESS.map((access, at) => (
          <MenuItem key={access.join(' ')} value={at}>
            {access.filter(Boolean).join(', ')}
          </MenuItem>
        ))}
      </TextField>
      {document === null ? null : <ApplyDocument document={document} label="Grant" />}
    </>
  );
}

/** Null until it is complete. A list that is given is the whole list, so what the client has comes first. */
function documentOf(
  given: Readonly<Record<keyof typeof FIELDS, string>> & { readonly access: number },
  grants: Client['grants'],
): RegistryDocument | null {
  const { name, environment, organisation, product } = given;
  const [accessMode, capability] = ACCESS[given.access] ?? ACCESS[0];
  const held = grants.map((grant) => ({ ...grant, capability: grant.capability ?? undefined }));
  const client = {
    name,
    environment,
    grants: [...held, { organisation, product, accessMode, capability }],
  };
  const checked = registryDocument.safeParse({ apiVersion: API_VERSION, clients: [client] });
  return checked.success ? checked.data : null;
}
