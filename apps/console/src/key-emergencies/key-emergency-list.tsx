import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useSession } from '../api/use-session.js';
import { shortMoment, NONE } from '../parts/dates.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { ownerPage } from '../signing-keys/key-owner.js';

type Emergency = AnswerOf<'keyEmergencyList'>['items'][number];

export default function KeyEmergencyList() {
  return (
    <RegisterList<Emergency>
      title="Key emergencies"
      filters={[
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[{ id: 'unreviewed', name: 'To review' }]}
          alwaysOn
        />,
      ]}
      href={(_, { id }) => `/key-emergencies/${id}/show`}
      rowActions={(emergency) => <Review {...emergency} />}
      empty={
        <NextStep
          text="No signing key was disabled in an emergency. If a key may be in the wrong hands, select “Disable now” beside it."
          route="keyEmergencyMake"
          to="/signing-keys"
          link="Open the signing keys"
          command="gatehouse keys disable-now"
        />
      }
      columns={[
        { label: 'Key id', value: ({ kid }) => kid },
        { label: 'Owner', value: ({ owner }) => <PageLink to={ownerPage(owner)}>{owner.name}</PageLink> },
        { label: 'What happened', value: ({ reason }) => reason },
        { label: 'Disabled by', value: ({ disabledBy }) => disabledBy },
        { label: 'Disabled at', value: ({ disabledAt }) => shortMoment(disabledAt) },
        { label: 'Disabled in KMS', value: ({ disabledInKmsAt }) => shortMoment(disabledInKmsAt) },
        {
          label: 'Review',
          value: ({ reviewedBy, reviewNote }) =>
            reviewedBy === null ? NONE : `${reviewedBy}: ${reviewNote ?? ''}`,
        },
      ]}
    />
  );
}

/** Nobody reviews their own. */
export function Review({ id, reviewedAt, disabledByPerson }: Emergency) {
  const session = useSession();
  if (reviewedAt !== null || session === undefined || session.person.id === disabledByPerson) return null;
  return (
    <RouteDialog
      route="keyEmergencyReview"
      label="Review"
      params={{ id }}
      fields={[{ ...REASON_REQUIRED, label: 'What you found' }]}
      done="Review recorded."
    />
  );
}
