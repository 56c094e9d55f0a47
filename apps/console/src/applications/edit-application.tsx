import { shareableService } from '@gatehouse/contracts/registry/record-shapes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Shown } from '../api/data-provider.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';

export function EditApplication(application: Shown<AnswerOf<'applicationShow'>>) {
  return (
    <RouteDialog
      route="applicationChange"
      label="Edit"
      params={{ id: application.id }}
      ifMatch={application.etag}
      fields={[
        { name: 'asid', label: 'ASID', initial: application.asid ?? '', help: '12 digits, of NHS England' },
        {
          name: 'asidSharedWith',
          label: 'ASID shared with',
          kind: 'list',
          initial: application.asidSharedWith.join(','),
          choices: shareableService.options,
        },
        { name: 'apiKey', label: 'API key', help: 'Empty: the one that is held stays' },
        {
          name: 'apimApplicationId',
          label: 'APIM application id',
          initial: application.apimApplicationId ?? '',
        },
        {
          name: 'messageSets',
          label: 'Message sets',
          kind: 'list',
          initial: application.messageSets.join(', '),
          help: 'The whole list: provider-read, referrer-read',
        },
        {
          name: 'state',
          label: 'State',
          initial: application.state,
          choices: ['draft', 'live', 'suspended', 'retired'],
          help: 'Retired is for good',
        },
        REASON_OPTIONAL,
      ]}
      done="The application is changed."
    />
  );
}
