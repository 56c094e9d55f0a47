/** Above a list: its filters and its buttons. What a filter takes is loaded when the first one is wanted. */
import FilterList from '@mui/icons-material/FilterList';
import { Box, Button } from '@mui/material';
import { type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { TopToolbar, useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { ListFilterButton, ListFilterForm, loadFilters } from './lazy-filters.js';

/** The buttons above a list, for links to them. */
export const LIST_ACTIONS = 'actions';

interface Props {
  readonly filters: ReactElement[];
  /** The button by which people choose how they see the list. */
  readonly view: ReactNode;
  readonly actions: ReactNode;
}

export function ListToolbar({ filters, view, actions }: Props) {
  const list = useListContext<ConsoleRecord>();
  const [values, displayed] = [list.filterValues as object, list.displayedFilters as object];
  const [isWanted, setWanted] = useState(false);
  const isShown =
    isWanted ||
    filters.some(({ props }) => (props as { readonly alwaysOn?: boolean }).alwaysOn === true) ||
    Object.keys(values).length > 0 ||
    Object.keys(displayed).length > 0;
  const addFilter =
    filters.length === 0 ? null : (
      <Button
        size="small"
        startIcon={<FilterList />}
        aria-haspopup="true"
        onPointerEnter={() => void loadFilters()}
        onFocus={() => void loadFilters()}
        onClick={() => {
          setWanted(true);
        }}
      >
        Add filter
      </Button>
    );
  return (
    <Box
      sx={{
        display: 'flex',
        flexDirection: { xs: 'column-reverse', sm: 'row' },
        flexWrap: { xs: 'nowrap', sm: 'wrap', md: 'nowrap' },
        justifyContent: 'space-between',
        alignItems: 'flex-end',
        // The height of the filters, so that nothing moves when they appear.
        minHeight: { sm: filters.length === 0 ? 0 : 64 },
      }}
    >
      {isShown ? (
        <Suspense fallback={<Box />}>
          <ListFilterForm filters={filters} />
        </Suspense>
      ) : (
        <Box />
      )}
      <TopToolbar id={LIST_ACTIONS} sx={{ flexWrap: 'wrap', backgroundColor: 'transparent' }}>
        {isShown ? (
          <Suspense fallback={addFilter}>
            <ListFilterButton filters={filters} opensMenu={isWanted} />
          </Suspense>
        ) : (
          addFilter
        )}
        {view}
        {
          // Outside of what is loaded, so that a dialog that somebody opened meanwhile stays open.
          actions
        }
      </TopToolbar>
    </Box>
  );
}
