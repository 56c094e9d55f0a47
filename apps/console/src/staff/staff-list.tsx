import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortMoment, NONE } from '../parts/dates.js';
import { type Field, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { roleText } from './role-text.js';

type Person = AnswerOf<'staffList'>['items'][number];

const ROLES = ['platform-engineer', 'governance-officer', 'auditor', 'administrator'];
const ROLE: Field = { name: 'role', label: 'Role', choices: ROLES, required: true };

export default function StaffList() {
  return (
    <RegisterList<Person>
      title="Staff"
      total={{ route: 'staffTotal', one: 'person', several: 'people' }}
      rowActions={Actions}
      empty="Nobody has signed in yet."
      columns={[
        { label: 'Name', sort: 'name', value: ({ name }) => name },
        { label: 'Email', value: ({ email }) => email ?? NONE },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Roles', value: ({ roles }) => roles.map(roleText).join('; ') || 'None' },
        { label: 'Last sign-in', value: ({ lastSignInAt }) => shortMoment(lastSignInAt) },
      ]}
    />
  );
}

function Actions({ id, state }: Person) {
  const params = { id };
  return (
    <>
      <RouteDialog
        route="staffRoles"
        label="Assign a role"
        params={params}
        fixed={{ action: 'give', odsCodes: null }}
        fields={[
          ROLE,
          {
            ...{ name: 'odsCodes', label: 'ODS codes', kind: 'list', suggests: 'organisation' },
            help: 'Leave empty for all organisations',
          },
          REASON_REQUIRED,
        ]}
        done="Role assigned."
      />
      <RouteDialog
        route="staffRoles"
        label="Remove a role"
        params={params}
        fixed={{ action: 'take' }}
        fields={[ROLE, REASON_REQUIRED]}
        done="Role removed."
      />
      {state === 'active' ? (
        <RouteDialog
          route="staffSuspend"
          label="Suspend"
          params={params}
          fields={[REASON_REQUIRED]}
          danger
          done="Person suspended and signed out everywhere."
        />
      ) : (
        <RouteDialog
          route="staffResume"
          label="Reinstate"
          params={params}
          fields={[REASON_REQUIRED]}
          done="Person reinstated. They can sign in again."
        />
      )}
    </>
  );
}
