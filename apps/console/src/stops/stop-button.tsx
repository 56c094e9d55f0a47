import { REASON_REQUIRED } from '../parts/form/fields.js';
import type { Target } from '../parts/form/dialog-target.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

interface Props {
  /** Names what is stopped, in the body of the request. */
  readonly body: Readonly<Record<string, string>>;
  readonly target: Target;
}

/** Suspends immediately. A second person reviews the stop afterwards. */
export function StopButton({ body, target }: Props) {
  return (
    <RouteDialog
      route="stopMake"
      label="Stop immediately"
      fixed={body}
      target={target}
      fields={[REASON_REQUIRED]}
      danger
      done="Stopped. Requests are rejected within a second."
    />
  );
}
