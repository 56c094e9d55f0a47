import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Shown } from '../api/data-provider.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';

export function EditOrganisation({ odsCode, name, state, etag }: Shown<AnswerOf<'organisationShow'>>) {
  return (
    <RouteDialog
      route="organisationChange"
      label="Edit"
      params={{ odsCode }}
      ifMatch={etag}
      fields={[
        { name: 'name', label: 'Name', initial: name, required: true },
        {
          name: 'state',
          label: 'State',
          initial: state,
          choices: ['active', 'suspended', 'retired'],
          help: 'Requests of an organisation that is not active are refused',
        },
        REASON_OPTIONAL,
      ]}
      done="The organisation is changed."
    />
  );
}
