import { lazy } from 'react';

/** Loaded when somebody wants to take the trail away. */
export const DownloadDialog = lazy(() => import('./download-dialog.js'));
