import { lazy } from 'react';

export const Administration = lazy(() => import('./administration.js'));
