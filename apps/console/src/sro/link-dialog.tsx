import type { AnswerOf } from '@gatehouse/contracts/routes';
import { day } from '../parts/day.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { ShownOnce } from '../parts/shown-once.js';

interface Props {
  readonly route: 'sroLink' | 'exceptionLink';
  readonly label: string;
  readonly id: string;
}

/** Makes a link by which the senior responsible owner answers, and shows it once. */
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
      done="The link is made; one made before no longer works."
      result={(answer) => {
        const { url, expiresAt } = answer as AnswerOf<'sroLink'>;
        return (
          <ShownOnce
            secret={url}
            label="Link"
            advice={`Send it to the SRO by a way that reaches them alone: whoever has it can answer, once, until ${day(expiresAt)}. It is not shown again.`}
          />
        );
      }}
    />
  );
}
