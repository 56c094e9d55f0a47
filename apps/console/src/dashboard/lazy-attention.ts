import { lazy } from 'react';

/** It waits for the numbers anyway. */
export const Attention = lazy(() => import('./attention.js'));
