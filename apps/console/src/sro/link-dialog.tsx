import type { AnswerOf } from '@gatehouse/contracts/routes';
import { day } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { OneTimeSecret } from '../parts/form/one-time-secret.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

interface Props {
  readonly route: 'sroLink' | 'exceptionLink';
  readonly label: string;
  readonly id: string;
}

/** Creates a one-time link for the senior responsible owner, and shows it once. */
export function LinkDialog({ route, label, id }: Props) {
  return (
    <RouteDialog
      route={route}
      label={label}
      params={{ id }}
      fields={[
        { name: 'expiresInDays', label: 'Days until it expires', kind: 'number', initial: '14' },
        REASON_OPTIONAL,
      ]}
      done="Link created. Earlier links no longer work."
      result={(answer) => {
        const link = answer as AnswerOf<'sroLink'>;
        return <OneTimeSecret secret={link.url} label="Link" advice={linkAdvice(link)} />;
      }}
    />
  );
}

export const linkAdvice = ({ expiresAt }: Pick<AnswerOf<'sroLink'>, 'expiresAt'>): string =>
  `Send this link to the SRO in a way that reaches only them. Anyone who has it can answer once, until ${day(expiresAt)}. It will not be shown again.`;
