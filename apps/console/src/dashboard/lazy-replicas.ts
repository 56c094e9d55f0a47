import { lazy } from 'react';

export const Replicas = lazy(() => import('./replicas.js'));
