import { lazy } from 'react';

/** In a chunk of its own, because few open it. */
export const NewerSpecification = lazy(() => import('./newer-specification.js'));
