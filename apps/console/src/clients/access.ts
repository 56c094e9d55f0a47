/** The ways in which an application may use e-RS. Capabilities belong to application-restricted access. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { sentenceCase } from '../parts/words.js';

type Application = AnswerOf<'applicationShow'>;
export type Access = Pick<Application, 'accessMode' | 'capability'>;

export const ACCESS: readonly Access[] = [
  { accessMode: 'application-restricted', capability: 'provider' },
  { accessMode: 'application-restricted', capability: 'referrer' },
  { accessMode: 'user-restricted', capability: null },
];

/** “Application-restricted, provider” */
export const accessText = ({ accessMode, capability }: Access): string =>
  sentenceCase(capability === null ? accessMode : `${accessMode}, ${capability}`);

export const isSameAccess = (one: Access, other: Access): boolean => accessText(one) === accessText(other);
