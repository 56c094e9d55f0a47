import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput, TextInput } from 'react-admin';
import { moment } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type SigningKey = AnswerOf<'keyList'>['items'][number];

const STEPS = {
  PENDING: { route: 'keyPublish', label: 'Publish', danger: undefined },
  PUBLISHED: { route: 'keyActivate', label: 'Activate', danger: undefined },
  ACTIVE: { route: 'keyRetire', label: 'Retire', danger: true },
  RETIRING: { route: 'keyRemove', label: 'Remove', danger: true },
  REMOVED: null,
} as const;

export default function SigningKeyList() {
  return (
    <RegisterList<SigningKey>
      title="Signing keys"
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <SelectInput key="state" source="state" label="State" choices={Object.keys(STEPS)} />,
      ]}
      actions={
        <RouteDialog
          route="keyCreate"
          label="Create a key"
          fields={[
            {
              name: 'application',
              label: 'Application id',
              required: true,
              help: 'From the address of the application’s page',
            },
            REASON_OPTIONAL,
          ]}
          done="The key is created; publish it next."
        />
      }
      rowActions={({ kid, state }) => {
        const step = STEPS[state];
        if (step === null) return null;
        return (
          <RouteDialog {...step} params={{ kid }} fields={[REASON_OPTIONAL]} done={`${step.label}: done.`} />
        );
      }}
      empty="No signing key yet. An application needs one before it can ask for tokens."
      columns={[
        { label: 'Key id', value: ({ kid }) => kid },
        { label: 'Application', value: ({ application }) => application },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Active since', value: ({ activatedAt }) => moment(activatedAt) },
        { label: 'Next step from', value: ({ nextStepAt }) => moment(nextStepAt) },
      ]}
    />
  );
}
