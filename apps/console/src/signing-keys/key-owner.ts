import type { AnswerOf } from '@gatehouse/contracts/routes';

type Owner = AnswerOf<'keyList'>['items'][number]['owner'];

/** The page of the application or CIS2 client that a key belongs to. */
export function ownerPage({ kind, id }: Pick<Owner, 'kind' | 'id'>): string {
  return `/${kind === 'application' ? 'applications' : 'cis2-clients'}/${id}/show`;
}
