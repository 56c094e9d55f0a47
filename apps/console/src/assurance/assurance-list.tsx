import type { AnswerOf } from '@gatehouse/contracts/routes';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RegisterList } from '../parts/list/register-list.js';

type Floor = AnswerOf<'assuranceList'>['items'][number];

export default function AssuranceList() {
  return (
    <RegisterList<Floor>
      title="Assurance levels"
      actions={
        <RouteDialog
          route="assuranceSet"
          label="Set a minimum level"
          fields={[
            { name: 'organisation', label: 'ODS code', help: 'Leave empty for all organisations' },
            {
              name: 'minimumLevel',
              label: 'Minimum level',
              kind: 'number',
              required: true,
              help: 'Authentication assurance level 2 or 3',
            },
            REASON_OPTIONAL,
          ]}
          done="Minimum level set."
        />
      }
      empty="No minimum level is set. Gatehouse accepts every authentication assurance level (AAL) that e-RS accepts."
      columns={[
        { label: 'Organisation', value: ({ organisation }) => organisation ?? 'All organisations' },
        { label: 'Minimum level', value: ({ minimumLevel }) => minimumLevel },
      ]}
    />
  );
}
