import { lazy } from 'react';

/** For a pointer that comes near, so that the click need not wait. */
export const loadFilters = () => import('./list-filters.js');

/** React-admin's filters and inputs, loaded when the first filter is wanted: most visits to a list need none. */
export const ListFilterForm = lazy(loadFilters);
export const ListFilterButton = lazy(() =>
  loadFilters().then(({ ListFilterButton: Button }) => ({ default: Button })),
);
export const TextInput = lazy(() => loadFilters().then(({ TextInput: Input }) => ({ default: Input })));
export const SelectInput = lazy(() => loadFilters().then(({ SelectInput: Input }) => ({ default: Input })));
export const DateTimeInput = lazy(() =>
  loadFilters().then(({ DateTimeInput: Input }) => ({ default: Input })),
);
