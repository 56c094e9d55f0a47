import type { AnswerOf } from '@gatehouse/contracts/routes';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { type Field, REASON_NEEDED, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type Person = AnswerOf<'staffList'>['items'][number];

const ROLES = ['platform-engineer', 'governance-officer', 'auditor', 'administrator'];
const ROLE: Field = { name: 'role', label: 'Role', choices: ROLES, required: true };

export default function StaffList() {
  return (
    <RegisterList<Person>
      title="Staff"
      rowActions={Actions}
      empty="Nobody has signed in yet."
      columns={[
        { label: 'Name', value: ({ name }) => name },
        { label: 'Email', value: ({ email }) => email ?? '–' },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Roles', value: ({ roles }) => roles.map(roleText).join('; ') || 'none' },
        { label: 'Last sign-in', value: ({ lastSignInAt }) => moment(lastSignInAt) },
      ]}
    />
  );
}

function roleText({ role, odsCodes, source }: Person['roles'][number]): string {
  const where = odsCodes === null ? '' : ` of ${odsCodes.join(', ')}`;
  return `${role}${where}${source === 'provider' ? ' (from the identity provider)' : ''}`;
}

function Actions({ id, state }: Person) {
  const params = { id };
  return (
    <>
      <RouteDialog
        route="staffRoles"
        label="Give a role"
        params={params}
        fixed={{ action: 'give', odsCodes: null }}
        fields={[
          ROLE,
          { name: 'odsCodes', label: 'ODS codes', kind: 'list', help: 'None: for every organisation' },
          REASON_NEEDED,
        ]}
        done="The role is given."
      />
      <RouteDialog
        route="staffRoles"
        label="Take a role"
        params={params}
        fixed={{ action: 'take' }}
        fields={[ROLE, REASON_NEEDED]}
        done="The role is taken."
      />
      {state === 'active' ? (
        <RouteDialog
          route="staffSuspend"
          label="Suspend"
          params={params}
          fields={[REASON_NEEDED]}
          danger
          done="Signed out everywhere."
        />
      ) : (
        <RouteDialog
          route="staffResume"
          label="Resume"
          params={params}
          fields={[REASON_NEEDED]}
          done="They may sign in again."
        />
      )}
    </>
  );
}
