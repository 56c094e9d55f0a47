/** What to plan for: what grants need, or every combination of what is selected here. */
import { odsCode } from '@gatehouse/contracts/registry/identifiers';
import type { RequestOf } from '@gatehouse/contracts/routes';
import { Box, Button, MenuItem, TextField } from '@mui/material';
import { type SyntheticEvent, useState } from 'react';
import { faultOfValue } from '../parts/form/faults.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';

export type PlanRequest = RequestOf<'planShow'>['body'];

interface Props {
  readonly products: readonly string[];
  readonly environments: readonly string[];
  readonly onChoose: (request: PlanRequest) => void;
}

const LAYOUTS = {
  'per-organisation': 'Separate ASIDs for each organisation',
  shared: 'One user-restricted ASID shared by all',
};
const SCOPE = {
  grants: 'What the grants of clients need',
  combinations: 'Every combination of what I select',
};
const MODES = ['user-restricted', 'application-restricted'] as const;
const CAPABILITIES = ['referrer', 'provider'] as const;

export function PlanChoice({ products, environments, onChoose }: Props) {
  const [choice, setChoice] = useState<PlanRequest>({ layout: 'per-organisation', wanted: 'grants' });
  const [odsCodes, setOdsCodes] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const organisations = odsCodes
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter((code) => code !== '');
    const [wrong = null] = organisations.flatMap((code) => faultOfValue(odsCode, code) ?? []);
    setFault(wrong);
    if (wrong !== null) focusFirstFault(event.currentTarget);
    else onChoose(organisations.length === 0 ? choice : { ...choice, organisations });
  };
  /** An empty selection means all. */
  const several = <K extends keyof PlanRequest>(name: K, label: string, choices: readonly string[]) => (
    <TextField
      id={name}
      select
      label={label}
      value={choice[name] ?? []}
      onChange={({ target }) => {
        const chosen = target.value as unknown as string[];
        setChoice({ ...choice, [name]: chosen.length === 0 ? undefined : chosen });
      }}
      slotProps={{
        inputLabel: { shrink: true },
        select: {
          multiple: true,
          displayEmpty: true,
          renderValue: (chosen) => (chosen as string[]).join(', ') || 'All',
        },
      }}
      variant="outlined"
      size="small"
    >
      {choices.map((each) => (
        <MenuItem key={each} value={each}>
          {each}
        </MenuItem>
      ))}
    </TextField>
  );
  const one = (name: 'layout' | 'wanted', label: string, choices: Readonly<Record<string, string>>) => (
    <TextField
      id={name}
      select
      label={label}
      value={choice[name]}
      onChange={({ target }) => {
        setChoice({ ...choice, [name]: target.value });
      }}
      variant="outlined"
      size="small"
    >
      {Object.entries(choices).map(([value, text]) => (
        <MenuItem key={value} value={value}>
          {text}
        </MenuItem>
      ))}
    </TextField>
  );
  return (
    <Box
      component="form"
      onSubmit={submit}
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'repeat(3, minmax(0, 1fr))' },
      }}
    >
      {one('layout', 'Layout', LAYOUTS)}
      {one('wanted', 'Plan for', SCOPE)}
      <TextField
        id="organisations"
        label="ODS codes"
        placeholder="All"
        value={odsCodes}
        error={fault !== null}
        helperText={fault}
        onChange={({ target }) => {
          setOdsCodes(target.value);
        }}
        slotProps={{ inputLabel: { shrink: true } }}
        variant="outlined"
        size="small"
      />
      {several('products', 'Products', products)}
      {several('environments', 'Environments', environments)}
      {several('accessModes', 'Access modes', MODES)}
      {several('capabilities', 'Capabilities', CAPABILITIES)}
      <Button type="submit" variant="contained" sx={{ justifySelf: 'start', alignSelf: 'start' }}>
        Plan
      </Button>
    </Box>
  );
}
