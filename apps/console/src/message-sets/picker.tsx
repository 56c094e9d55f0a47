import type { InteractionView } from '@gatehouse/contracts/registry/message-set-resources';
import {
  Box,
  Checkbox,
  Chip,
  FormControlLabel,
  FormGroup,
  FormLabel,
  MenuItem,
  TextField,
  Typography,
} from '@mui/material';
import { useState } from 'react';

type Seen = keyof InteractionView['access'];

const SEEN: Readonly<Record<Seen, string>> = {
  userRestricted: 'user-restricted',
  referrer: 'application-restricted, referrer',
  provider: 'application-restricted, provider',
};
const REFUSED: Readonly<Record<InteractionView['access'][Seen], string | null>> = {
  allowed: null,
  mode: 'not in this access mode',
  capability: 'not with this capability',
  'write exception': 'needs a write exception',
};

interface Props {
  readonly catalogue: readonly InteractionView[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Check boxes for every interaction; what an application could not use anyway says so. */
export function Picker({ catalogue, chosen, onChoose }: Props) {
  const [seen, setSeen] = useState<Seen>('provider');
  const group = (legend: string, of: readonly InteractionView[]) => (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, mt: 2, minWidth: 0 }}>
      <FormLabel component="legend">{legend}</FormLabel>
      <FormGroup>
        {of.map((interaction) => (
          <Choice
            key={interaction.id}
            interaction={interaction}
            seen={seen}
            checked={chosen.has(interaction.id)}
            onCheck={(checked) => {
              const next = new Set(chosen);
              if (checked) next.add(interaction.id);
              else next.delete(interaction.id);
              onChoose(next);
            }}
          />
        ))}
      </FormGroup>
    </Box>
  );
  return (
    <>
      <TextField
        id="seen"
        select
        label="Shown for applications that are"
        helperText="What such an application may not use is marked. A message set never allows more than this."
        value={seen}
        onChange={({ target }) => {
          setSeen(target.value as Seen);
        }}
        fullWidth
        margin="dense"
        variant="outlined"
        sx={{ maxWidth: '30rem' }}
      >
        {Object.entries(SEEN).map(([value, text]) => (
          <MenuItem key={value} value={value}>
            {text}
          </MenuItem>
        ))}
      </TextField>
      {group(
        'Reads',
        catalogue.filter(({ readOnly }) => readOnly),
      )}
      {group(
        'Writes',
        catalogue.filter(({ readOnly }) => !readOnly),
      )}
    </>
  );
}

interface ChoiceProps {
  readonly interaction: InteractionView;
  readonly seen: Seen;
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
}

function Choice({
  interaction: { id, title, requests, deprecated, access },
  seen,
  checked,
  onCheck,
}: ChoiceProps) {
  const refused = REFUSED[access[seen]];
  return (
    <Box sx={{ py: 0.5, borderBottom: 1, borderColor: 'divider' }}>
      <FormControlLabel
        control={
          <Checkbox
            checked={checked}
            onChange={(event) => {
              onCheck(event.target.checked);
            }}
            size="small"
          />
        }
        label={`${id} ${title}`}
      />
      {deprecated ? (
        <Chip label="deprecated" size="small" variant="outlined" color="warning" sx={{ mr: 1 }} />
      ) : null}
      {refused === null ? null : <Chip label={refused} size="small" variant="outlined" />}
      {requests.map(({ method, path }) => (
        <Typography
          key={path}
          variant="body2"
          color="text.secondary"
          sx={{ pl: 4, overflowWrap: 'anywhere' }}
        >
          {method} {path}
        </Typography>
      ))}
    </Box>
  );
}
