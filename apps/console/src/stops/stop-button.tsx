import { REASON_NEEDED, RouteDialog } from '../parts/route-dialog.js';

/** Suspends at once; a colleague reviews it afterwards. */
export function StopButton({ target }: { readonly target: Readonly<Record<string, string>> }) {
  return (
    <RouteDialog
      route="stopMake"
      label="Stop at once"
      fixed={target}
      fields={[REASON_NEEDED]}
      danger
      done="Stopped. The next request is refused within a second."
    />
  );
}
