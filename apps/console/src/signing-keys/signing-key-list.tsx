import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput, TextInput } from 'react-admin';
import { PendingChanges } from '../changes/pending-changes.js';
import { moment } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';
import { choicesOf } from '../parts/words.js';

type SigningKey = AnswerOf<'keyList'>['items'][number];

const STEPS = {
  PENDING: { route: 'keyPublish', label: 'Publish', done: 'Signing key published.', danger: false },
  PUBLISHED: { route: 'keyActivate', label: 'Activate', done: 'Signing key activated.', danger: false },
  ACTIVE: { route: 'keyRetire', label: 'Retire', done: 'Signing key retired.', danger: true },
  RETIRING: { route: 'keyRemove', label: 'Remove', done: 'Signing key removed.', danger: true },
  REMOVED: null,
} as const;

export default function SigningKeyList() {
  return (
    <RegisterList<SigningKey>
      title="Signing keys"
      above={<PendingChanges about={{ table: 'signing_key' }} />}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <SelectInput key="state" source="state" label="State" choices={choicesOf(Object.keys(STEPS))} />,
      ]}
      actions={
        <RouteDialog
          route="keyCreate"
          label="Create a signing key"
          fields={[
            {
              name: 'application',
              label: 'Application id',
              required: true,
              help: 'The application’s page shows it in its address',
            },
            REASON_OPTIONAL,
          ]}
          done="Signing key created. The first key of an application becomes active immediately. Publish any other key next."
        />
      }
      rowActions={({ kid, state }) => {
        const step = STEPS[state];
        if (step === null) return null;
        return <RouteDialog {...step} params={{ kid }} fields={[REASON_OPTIONAL]} />;
      }}
      empty={
        <NextStep
          text="There are no signing keys yet. An application needs one before NHS England issues access tokens to it."
          route="keyCreate"
          to="/applications"
          link="Open an application and create its key"
          command="gatehouse keys create"
        />
      }
      columns={[
        { label: 'Key id', value: ({ kid }) => kid },
        {
          label: 'Application',
          value: ({ application, applicationId }) => (
            <PageLink to={`/applications/${applicationId}/show`}>{application}</PageLink>
          ),
        },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Active since', value: ({ activatedAt }) => moment(activatedAt) },
        { label: 'Next step possible from', value: ({ nextStepAt }) => moment(nextStepAt) },
      ]}
    />
  );
}
