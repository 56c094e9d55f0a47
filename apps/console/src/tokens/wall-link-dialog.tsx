import type { AnswerOf } from '@gatehouse/contracts/routes';
import { day } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { OneTimeSecret } from '../parts/form/one-time-secret.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

/** Creates a link to the wall, and shows it once. */
export function WallLinkDialog() {
  return (
    <RouteDialog
      route="wallLinkCreate"
      label="Create a wall link"
      fields={[
        { name: 'label', label: 'Label', required: true, help: 'Where the screen is' },
        REASON_OPTIONAL,
      ]}
      done="Wall link created."
      result={(answer) => {
        const { url, endsAt, expiresAt } = answer as AnswerOf<'wallLinkCreate'>;
        return (
          <OneTimeSecret
            secret={url}
            label="Link"
            advice={`Open this link on the screen. It shows numbers without names, to anyone who has it, until ${day(endsAt ?? expiresAt)}. It will not be shown again.`}
          />
        );
      }}
    />
  );
}
