import type { AnswerOf } from '@gatehouse/contracts/routes';

type Stop = AnswerOf<'stopList'>['items'][number];

/** The page of the organisation, application or client that was stopped. */
export const stoppedPage = ({
  kind,
  target,
  environment,
}: Pick<Stop, 'kind' | 'target' | 'environment'>): string =>
  `/${kind}s/${encodeURIComponent(kind === 'client' ? `${environment ?? ''}~${target}` : target)}/show`;
