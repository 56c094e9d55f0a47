import type { AnswerOf } from '@gatehouse/contracts/routes';
import { PendingChanges } from '../changes/pending-changes.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';

type Floor = AnswerOf<'assuranceList'>['items'][number];

export default function AssuranceList() {
  return (
    <RegisterList<Floor>
      title="Assurance levels"
      above={<PendingChanges about={{ table: 'assurance_floor' }} />}
      actions={
        <RouteDialog
          route="assuranceSet"
          label="Set a minimum level"
          fields={[
            {
              ...{ name: 'organisation', label: 'ODS code', suggests: 'organisation' },
              help: 'Leave empty for all organisations',
            },
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
      empty={
        <NextStep
          text="No minimum level is set. Gatehouse accepts every authentication assurance level (AAL) that e-RS accepts."
          route="assuranceSet"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Set a minimum level”"
          command="gatehouse assurance set"
        />
      }
      columns={[
        { label: 'Organisation', value: ({ organisation }) => organisation ?? 'All organisations' },
        { label: 'Minimum level', value: ({ minimumLevel }) => minimumLevel },
      ]}
    />
  );
}
