import { lazy } from 'react';

/** Loaded when it is first shown, which few visits do. */
export const SessionDialog = lazy(() => import('./session-dialog.js'));
