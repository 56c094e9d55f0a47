import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

/** Suspends immediately. A second person reviews the stop afterwards. */
export function StopButton({ target }: { readonly target: Readonly<Record<string, string>> }) {
  return (
    <RouteDialog
      route="stopMake"
      label="Stop immediately"
      fixed={target}
      fields={[REASON_REQUIRED]}
      danger
      done="Stopped. Requests are rejected within a second."
    />
  );
}
