import { WRITE_INTERACTIONS } from '@gatehouse/contracts/governance-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { type Field, REASON_NEEDED, REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type WriteException = AnswerOf<'exceptionList'>['items'][number];

const GRANT: readonly Field[] = [
  { name: 'environment', label: 'Environment', required: true },
  { name: 'organisation', label: 'ODS code', required: true },
  { name: 'product', label: 'Product', required: true },
  { name: 'capability', label: 'Capability', choices: ['referrer', 'provider'], required: true },
  { name: 'interaction', label: 'Interaction', choices: WRITE_INTERACTIONS, required: true },
  { name: 'useCaseReference', label: 'Use case NHS England approved', required: true },
  { name: 'expiresOn', label: 'Expires on', kind: 'date', required: true },
  REASON_OPTIONAL,
];

export default function ExceptionList() {
  return (
    <RegisterList<WriteException>
      title="Write exceptions"
      filters={[<TextInput key="organisation" source="organisation" label="ODS code" />]}
      actions={
        <RouteDialog
          route="exceptionGrant"
          label="Grant an exception"
          fields={GRANT}
          done="The exception is granted."
        />
      }
      rowActions={({ id, state }) =>
        state === 'in force' ? (
          <RouteDialog
            route="exceptionRevoke"
            label="Revoke"
            params={{ id }}
            fields={[REASON_NEEDED]}
            danger
            done="The exception is closed."
          />
        ) : null
      }
      empty="None: application-restricted access only reads, which is the rule."
      columns={[
        { label: 'Interaction', value: ({ interaction }) => interaction },
        { label: 'Organisations', value: ({ organisations }) => organisations.join(', ') },
        { label: 'Product', value: ({ product }) => product },
        { label: 'Environment', value: ({ environment }) => environment },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Expires', value: ({ expiresAt }) => day(expiresAt) },
      ]}
    />
  );
}
