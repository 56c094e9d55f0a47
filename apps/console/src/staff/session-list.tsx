import type { AnswerOf } from '@gatehouse/contracts/routes';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';

type SignIn = AnswerOf<'sessionList'>['items'][number];

export default function SessionList() {
  return (
    <RegisterList<SignIn>
      title="My sign-ins"
      rowActions={({ id, current }) =>
        current ? (
          'this one'
        ) : (
          <RouteDialog
            route="sessionRevoke"
            label="End"
            params={{ id }}
            fields={[REASON_OPTIONAL]}
            danger
            done="It is ended."
          />
        )
      }
      empty="None."
      columns={[
        { label: 'Signed in', value: ({ signedInAt }) => moment(signedInAt) },
        { label: 'Last seen', value: ({ lastSeenAt }) => moment(lastSeenAt) },
        { label: 'Ends', value: ({ endsAt }) => moment(endsAt) },
        { label: 'Address', value: ({ address }) => address },
        { label: 'Browser', value: ({ browser }) => browser },
      ]}
    />
  );
}
