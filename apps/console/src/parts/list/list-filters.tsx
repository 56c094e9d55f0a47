/** React-admin's filters of a list: their form, the button that adds one, and the inputs. Loaded when first wanted. */
import { Box } from '@mui/material';
import { type ReactElement, useEffect, useRef } from 'react';
import { FilterButton, FilterContext, FilterForm, useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { isSavable } from '../../session/kept-items.js';

export { DateTimeInput, SelectInput, TextInput } from 'react-admin';

interface Props {
  readonly filters: ReactElement[];
}

export default function ListFilterForm({ filters }: Props) {
  return (
    <FilterContext.Provider value={filters}>
      <FilterForm />
    </FilterContext.Provider>
  );
}

/** Offers no saving of a filter that may hold an identifier of a patient. */
export function SafeFilterButton() {
  const list = useListContext<ConsoleRecord>();
  return <FilterButton disableSaveQuery={!isSavable(list.filterValues as object)} />;
}

interface ButtonProps extends Props {
  /** Opens the menu of the button at once, for the click that loaded this. */
  readonly opensMenu: boolean;
}

export function ListFilterButton({ filters, opensMenu }: ButtonProps) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!opensMenu) return;
    const button = box.current?.querySelector('button');
    button?.focus();
    button?.click();
  }, [opensMenu]);
  return (
    <FilterContext.Provider value={filters}>
      <Box component="span" ref={box}>
        <SafeFilterButton />
      </Box>
    </FilterContext.Provider>
  );
}
