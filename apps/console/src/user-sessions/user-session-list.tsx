import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useListContext } from 'react-admin';
import { shortMoment, NONE } from '../parts/dates.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { ThingLink } from '../parts/thing-link.js';
import { roleOf } from './role-words.js';

type Session = AnswerOf<'userSessionList'>['items'][number];

const STATES = [
  { id: 'live', name: 'Live' },
  { id: 'ended', name: 'Ended' },
];
const REASON = { ...REASON_REQUIRED, help: 'Kept in the audit trail' };

export default function UserSessionList() {
  return (
    <RegisterList<Session>
      title="User sessions"
      filters={[
        <SelectInput key="state" source="state" label="State" choices={STATES} alwaysOn />,
        <TextInput key="userId" source="userId" label="CIS2 user id" alwaysOn />,
        <TextInput key="client" source="client" label="Client" />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
      ]}
      actions={<EndAll />}
      rowActions={({ id, state, userId, client, environment }) =>
        state === 'ended' ? null : (
          <RouteDialog
            route="userSessionEnd"
            label="End session"
            intro={
              <Typography>
                User {userId} will have to sign in to {client} in {environment} again. A request under way
                finishes.
              </Typography>
            }
            environments={[environment]}
            params={{ id }}
            fields={[REASON]}
            danger
            done="Session ended."
          />
        )
      }
      empty="No healthcare worker has signed in. A session appears here when a supplier’s service opens one for a user who signed in with NHS CIS2."
      columns={[
        { label: 'User', value: ({ userId }) => userId },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        {
          label: 'Client',
          value: ({ client, environment }) => (
            <>
              <ThingLink kind="client" id={client} name={client} environment={environment} /> in {environment}
            </>
          ),
        },
        { label: 'Acts as', value: (session) => roleOf(session) ?? NONE },
        { label: 'Signed in', value: ({ authenticatedAt }) => shortMoment(authenticatedAt) },
        { label: 'Last active', value: ({ lastActiveAt }) => shortMoment(lastActiveAt) },
        { label: 'Ended', value: (session) => endOf(session) },
      ]}
    />
  );
}

/** For the one user that the list is filtered by. */
function EndAll() {
  const { userId, environment } = useListContext<Session, Error>().filterValues as {
    userId?: unknown;
    environment?: unknown;
  };
  if (typeof userId !== 'string' || !/^[0-9]{12}$/.test(userId)) return null;
  const place = typeof environment === 'string' && environment !== '' ? { environment } : {};
  return (
    <RouteDialog
      route="userSessionsEnd"
      label="End all sessions of this user"
      intro={
        <Typography>
          Every live session of user {userId}
          {place.environment === undefined ? '' : ` in ${place.environment}`} will end.
        </Typography>
      }
      environments={place.environment === undefined ? [] : [place.environment]}
      fixed={{ userId, ...place }}
      fields={[REASON]}
      danger
      done="Sessions ended."
    />
  );
}

function endOf({ state, endedAt, endedBy, endReason }: Session): string {
  if (state === 'live') return NONE;
  if (endedAt === null) return 'Ran out of time';
  return `${shortMoment(endedAt)} by ${endedBy ?? 'somebody'}: ${endReason ?? ''}`;
}
