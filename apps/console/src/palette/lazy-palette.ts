import { lazy } from 'react';

/** Loaded when it is first opened: few visits need it, and its list of suggestions is large. */
export const Palette = lazy(() => import('./palette.js'));
