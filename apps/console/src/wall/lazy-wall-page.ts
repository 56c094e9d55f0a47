import { lazy } from 'react';

export const WallPage = lazy(() => import('./wall-page.js'));
