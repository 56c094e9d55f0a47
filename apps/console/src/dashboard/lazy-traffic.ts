import { lazy } from 'react';

/** In a chunk of its own, so that pages need not wait for the charts' package. */
export const Traffic = lazy(() => import('./traffic.js'));
