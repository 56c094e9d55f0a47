import { lazy } from 'react';

/** Loaded when somebody selects all that match. */
export const AtOnce = lazy(() => import('./at-once.js'));
