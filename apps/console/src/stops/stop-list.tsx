import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput } from 'react-admin';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { REASON_NEEDED, RouteDialog } from '../parts/route-dialog.js';

type Stop = AnswerOf<'stopList'>['items'][number];

export default function StopList() {
  return (
    <RegisterList<Stop>
      title="Emergency stops"
      filters={[
        <SelectInput key="only" source="only" label="Only" choices={['standing', 'unreviewed']} alwaysOn />,
      ]}
      rowActions={Actions}
      empty="Nothing was ever stopped. The pages of organisations, applications and clients have the button."
      columns={[
        { label: 'Stopped', value: ({ kind, target }) => `${kind} ${target}` },
        { label: 'Why', value: ({ reason }) => reason },
        { label: 'By', value: ({ stoppedBy }) => stoppedBy },
        { label: 'At', value: ({ stoppedAt }) => moment(stoppedAt) },
        {
          label: 'Lifted',
          value: ({ liftedAt, liftedBy }) => (liftedAt === null ? '–' : `${moment(liftedAt)} by ${liftedBy}`),
        },
        {
          label: 'Reviewed',
          value: ({ reviewedBy, reviewNote }) => (reviewedBy === null ? '–' : `${reviewedBy}: ${reviewNote}`),
        },
      ]}
    />
  );
}

function Actions({ id, liftedAt, reviewedAt }: Stop) {
  const params = { id };
  return (
    <>
      {liftedAt === null ? (
        <RouteDialog
          route="stopLift"
          label="Lift"
          params={params}
          fields={[REASON_NEEDED]}
          done="It runs again."
        />
      ) : null}
      {reviewedAt === null ? (
        <RouteDialog
          route="stopReview"
          label="Review"
          params={params}
          fields={[{ ...REASON_NEEDED, label: 'What you found' }]}
          done="The review is recorded."
        />
      ) : null}
    </>
  );
}
