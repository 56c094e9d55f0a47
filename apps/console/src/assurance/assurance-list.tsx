import type { AnswerOf } from '@gatehouse/contracts/routes';
import { RegisterList } from '../parts/register-list.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';

type Floor = AnswerOf<'assuranceList'>['items'][number];

export default function AssuranceList() {
  return (
    <RegisterList<Floor>
      title="Assurance floors"
      actions={
        <RouteDialog
          route="assuranceSet"
          label="Set a floor"
          fields={[
            { name: 'organisation', label: 'ODS code', help: 'Leave out for every organisation' },
            { name: 'minimumLevel', label: 'Lowest level', kind: 'number', required: true, help: '2 or 3' },
            REASON_OPTIONAL,
          ]}
          done="The floor is set."
        />
      }
      empty="No floor is set: every level that e-RS takes is taken."
      columns={[
        { label: 'Organisation', value: ({ organisation }) => organisation ?? 'Every organisation' },
        { label: 'Lowest level', value: ({ minimumLevel }) => minimumLevel },
      ]}
    />
  );
}
