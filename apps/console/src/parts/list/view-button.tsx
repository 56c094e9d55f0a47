/** Chooses the columns of a list, and how high its rows are. */
import CheckBox from '@mui/icons-material/CheckBox';
import CheckBoxOutlineBlank from '@mui/icons-material/CheckBoxOutlineBlank';
import ViewWeek from '@mui/icons-material/ViewWeek';
import { Button, Divider, ListItemIcon, Menu, MenuItem } from '@mui/material';
import { useState } from 'react';
import { useColumns, useCompact } from './list-view.js';

interface Props {
  readonly columns: readonly { readonly label: string; readonly isExtra?: true }[];
}

export function ViewButton({ columns }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { hidden, setHidden } = useColumns(columns);
  const [isCompact, setCompact] = useCompact();
  const toggle = (label: string): void => {
    setHidden(hidden.includes(label) ? hidden.filter((each) => each !== label) : [...hidden, label]);
  };
  return (
    <>
      <Button
        size="small"
        startIcon={<ViewWeek />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => {
          setAnchor(currentTarget);
        }}
      >
        Columns
      </Button>
      <Menu
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ list: { 'aria-label': 'Columns and rows' } }}
      >
        {columns.slice(1).map(({ label }) => (
          <Choice
            key={label}
            text={label}
            isChosen={!hidden.includes(label)}
            onClick={() => {
              toggle(label);
            }}
          />
        ))}
        <Divider component="li" />
        <Choice
          text="Compact rows"
          isChosen={isCompact}
          onClick={() => {
            setCompact(!isCompact);
          }}
        />
        <MenuItem
          dense
          onClick={() => {
            setHidden(null);
            setCompact(true);
          }}
        >
          Reset
        </MenuItem>
      </Menu>
    </>
  );
}

interface ChoiceProps {
  readonly text: string;
  readonly isChosen: boolean;
  readonly onClick: () => void;
}

function Choice({ text, isChosen, ...item }: ChoiceProps) {
  return (
    <MenuItem dense role="menuitemcheckbox" aria-checked={isChosen} {...item}>
      <ListItemIcon>
        {isChosen ? <CheckBox fontSize="small" /> : <CheckBoxOutlineBlank fontSize="small" />}
      </ListItemIcon>
      {text}
    </MenuItem>
  );
}
