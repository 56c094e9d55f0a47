import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Tagged } from '../api/data-provider.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { editFieldsOf } from './application-fields.js';

export function EditApplication(application: Tagged<AnswerOf<'applicationShow'>>) {
  return (
    <RouteDialog
      route="applicationChange"
      label="Edit"
      params={{ id: application.id }}
      ifMatch={application.etag}
      fields={[...editFieldsOf(application), REASON_OPTIONAL]}
      done="Application changed."
    />
  );
}
