import type { AnswerOf } from '@gatehouse/contracts/routes';
import { lazy } from 'react';

/** In a chunk of its own, so that pages need not wait for the charts' package. */
export const Traffic = lazy(() => import('./traffic.js'));

/** The part of an answer that the traffic needs. */
export const trafficOf = ({ traffic, reasons, figures, lastWeek, uncounted }: AnswerOf<'trafficShow'>) => ({
  ...{ traffic, reasons, figures, lastWeek, uncounted },
});
