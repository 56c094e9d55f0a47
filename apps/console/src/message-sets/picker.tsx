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

type View = keyof InteractionView['access'];

const VIEWS: Readonly<Record<View, string>> = {
  userRestricted: 'User-restricted',
  referrer: 'Application-restricted, referrer',
  provider: 'Application-restricted, provider',
};
const NOT_ALLOWED: Readonly<Record<InteractionView['access'][View], string | null>> = {
  allowed: null,
  mode: 'Not in this access mode',
  capability: 'Not with this capability',
  'write exception': 'Needs a write exception',
};

interface Props {
  readonly catalogue: readonly InteractionView[];
  readonly chosen: ReadonlySet<string>;
  /** Null for people who may not change it. */
  readonly onChoose: ((chosen: ReadonlySet<string>) => void) | null;
}

/** A checkbox for every interaction. Those that an application could not use anyway are marked. */
export function Picker({ catalogue, chosen, onChoose }: Props) {
  const [view, setView] = useState<View>('provider');
  const group = (legend: string, interactions: readonly InteractionView[]) => (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, mt: 2, minWidth: 0 }}>
      <FormLabel component="legend">{legend}</FormLabel>
      <FormGroup>
        {interactions.map((interaction) => (
          <Choice
            key={interaction.id}
            interaction={interaction}
            view={view}
            checked={chosen.has(interaction.id)}
            onCheck={
              onChoose &&
              ((checked) => {
                const next = new Set(chosen);
                if (checked) next.add(interaction.id);
                else next.delete(interaction.id);
                onChoose(next);
              })
            }
          />
        ))}
      </FormGroup>
    </Box>
  );
  return (
    <>
      <TextField
        id="view"
        select
        label="Mark for applications that are"
        helperText="Interactions that such an application cannot use are marked. A message set cannot allow them."
        value={view}
        onChange={({ target }) => {
          setView(target.value as View);
        }}
        fullWidth
        margin="dense"
        variant="outlined"
        sx={{ maxWidth: '30rem' }}
      >
        {Object.entries(VIEWS).map(([value, text]) => (
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
  readonly view: View;
  readonly checked: boolean;
  readonly onCheck: ((checked: boolean) => void) | null;
}

function Choice({
  interaction: { id, title, requests, deprecated, access },
  view,
  checked,
  onCheck,
}: ChoiceProps) {
  const restriction = NOT_ALLOWED[access[view]];
  return (
    <Box sx={{ py: 0.5, borderBottom: 1, borderColor: 'divider' }}>
      <FormControlLabel
        control={
          <Checkbox
            checked={checked}
            disabled={onCheck === null}
            onChange={(event) => {
              onCheck?.(event.target.checked);
            }}
            size="small"
          />
        }
        label={`${id} ${title}`}
      />
      {deprecated ? (
        <Chip label="Deprecated" size="small" variant="outlined" color="warning" sx={{ mr: 1 }} />
      ) : null}
      {restriction === null ? null : <Chip label={restriction} size="small" variant="outlined" />}
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
