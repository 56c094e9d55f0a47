/** Above the lines: requests or events, the time they are of, and the filters that people use most. */
import Check from '@mui/icons-material/Check';
import { Box, Chip, Typography } from '@mui/material';
import { type ReactNode, useId } from 'react';
import { useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { useSession } from '../../api/use-session.js';
import {
  BY_ME,
  type Filter,
  isOfEvents,
  REQUEST_CHIPS,
  SPANS,
  toggled,
  withEvents,
  withoutSpan,
  withSpan,
} from './quick-filters.js';

export function FilterChips() {
  const list = useListContext<ConsoleRecord>();
  const filter = list.filterValues as Filter;
  const displayed = list.displayedFilters as Readonly<Record<string, boolean>>;
  // Most events concern no organisation, so a role for some organisations is shown hardly any.
  const seesEvents = useSession()?.roles.some(
    ({ role, odsCodes }) => role !== 'administrator' && odsCodes === null,
  );
  const ofEvents = isOfEvents(filter);
  const set = (next: Filter, shown = displayed): void => {
    list.setFilters(next, shown);
  };
  const hasLimits = filter['from'] !== undefined || filter['until'] !== undefined;
  const isCustom = filter['last'] === undefined && (hasLimits || displayed['from'] === true);
  const chips = ofEvents ? [BY_ME] : [...REQUEST_CHIPS, BY_ME];
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, rowGap: 1, mb: 2 }}>
      {seesEvents === true || ofEvents ? (
        <Group name="Show">
          {([false, true] as const).map((events) => (
            <Toggle
              key={String(events)}
              label={events ? 'System events' : 'Requests'}
              isOn={ofEvents === events}
              onToggle={() => {
                set(withEvents(filter, events));
              }}
            />
          ))}
        </Group>
      ) : null}
      <Group name="When">
        {SPANS.map(([span, label]) => (
          <Toggle
            key={span}
            label={label}
            isOn={filter['last'] === span}
            onToggle={() => {
              set(withSpan(filter, span), { ...displayed, from: false, until: false });
            }}
          />
        ))}
        <Toggle
          label="From … until …"
          isOn={isCustom}
          onToggle={() => {
            set(withoutSpan(filter), { ...displayed, from: true, until: true });
          }}
        />
      </Group>
      <Group name="Only">
        {chips.map((chip) => (
          <Toggle
            key={chip.label}
            label={chip.label}
            isOn={filter[chip.name] === chip.value}
            onToggle={() => {
              set(toggled(filter, chip));
            }}
          />
        ))}
      </Group>
    </Box>
  );
}

function Group({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <Box
      role="group"
      aria-labelledby={id}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, alignItems: 'center' }}
    >
      <Typography id={id} variant="body2" color="text.secondary" sx={{ mr: 0.5 }}>
        {name}
      </Typography>
      {children}
    </Box>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}

/** The mark says it too, not the colour alone. */
function Toggle({ label, isOn, onToggle }: ToggleProps) {
  return (
    <Chip
      component="button"
      type="button"
      label={label}
      aria-pressed={isOn}
      onClick={onToggle}
      variant={isOn ? 'filled' : 'outlined'}
      color={isOn ? 'primary' : 'default'}
      {...(isOn ? { icon: <Check /> } : {})}
    />
  );
}
