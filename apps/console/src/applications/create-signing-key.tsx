import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

export function CreateSigningKey({ applicationId }: { readonly applicationId: string }) {
  return (
    <RouteDialog
      route="keyCreate"
      label="Create a signing key"
      fixed={{ application: applicationId }}
      fields={[REASON_OPTIONAL]}
      done="Signing key created. The first key of an application becomes active immediately."
    />
  );
}
