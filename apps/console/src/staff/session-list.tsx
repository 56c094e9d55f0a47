import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortMoment } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RegisterList } from '../parts/list/register-list.js';

type SignIn = AnswerOf<'sessionList'>['items'][number];

export default function SessionList() {
  return (
    <RegisterList<SignIn>
      title="My sessions"
      rowActions={({ id, current }) =>
        current ? (
          'This session'
        ) : (
          <RouteDialog
            route="sessionRevoke"
            label="End this session"
            params={{ id }}
            fields={[REASON_OPTIONAL]}
            danger
            done="Session ended."
          />
        )
      }
      empty="You have no active sessions."
      columns={[
        { label: 'Signed in', value: ({ signedInAt }) => shortMoment(signedInAt) },
        { label: 'Last active', value: ({ lastSeenAt }) => shortMoment(lastSeenAt) },
        { label: 'Expires', value: ({ endsAt }) => shortMoment(endsAt) },
        { label: 'Address', value: ({ address }) => address },
        { label: 'Browser', value: ({ browser }) => browser },
      ]}
    />
  );
}
