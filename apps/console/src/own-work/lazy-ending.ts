import { lazy } from 'react';

export const Ending = lazy(() => import('./ending.js'));
