import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

/** For a delivery that has failed and is not tried again by itself. */
export function RetryDelivery({ id, state }: { readonly id: string; readonly state: string }) {
  if (state !== 'failed') return null;
  return (
    <RouteDialog
      route="noticeRetry"
      label="Try again"
      params={{ id }}
      fields={[{ ...REASON_REQUIRED, help: 'Kept in the audit trail' }]}
      done="A worker tries again within seconds."
    />
  );
}
