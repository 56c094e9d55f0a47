import { lazy } from 'react';

/** What is shown of one line, loaded when somebody first looks at one. */
export const Preview = lazy(() => import('./preview.js'));
