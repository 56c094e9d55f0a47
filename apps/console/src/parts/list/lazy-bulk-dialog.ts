import { lazy } from 'react';

/** Loaded when it is first opened. */
export const BulkDialog = lazy(() => import('./bulk-dialog.js'));
