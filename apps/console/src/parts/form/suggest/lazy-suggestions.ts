import { lazy } from 'react';

/** Loaded once somebody enters a field that has suggestions: what a page loads at first stays small. */
export const Suggestions = lazy(() => import('./suggestions.js'));
