import { lazy } from 'react';

/** The records as they are written, loaded when somebody wants to see them. */
export const LiveTail = lazy(() => import('./live-tail.js'));
