import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Shown } from '../api/data-provider.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { editFieldsOf } from './application-fields.js';

export function EditApplication(application: Shown<AnswerOf<'applicationShow'>>) {
  return (
    <RouteDialog
      route="applicationChange"
      label="Edit"
      params={{ id: application.id }}
      ifMatch={application.etag}
      fields={[...editFieldsOf(application), REASON_OPTIONAL]}
      done="The application has been changed."
    />
  );
}
