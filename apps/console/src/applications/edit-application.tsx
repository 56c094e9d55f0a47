import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Tagged } from '../api/data-provider.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { editFieldsOf } from './application-fields.js';

interface Props {
  readonly application: Tagged<AnswerOf<'applicationShow'>>;
  readonly mayChangeState: boolean;
}

export function EditApplication({ application, mayChangeState }: Props) {
  const fields = editFieldsOf(application).filter(({ name }) => name !== 'state' || mayChangeState);
  return (
    <RouteDialog
      route="applicationChange"
      label="Edit"
      params={{ id: application.id }}
      ifMatch={application.etag}
      environments={[application.environment]}
      fields={[...fields, REASON_OPTIONAL]}
      done="Application changed."
    />
  );
}
