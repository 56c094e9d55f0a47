import type { AnswerOf } from '@gatehouse/contracts/routes';
import { PendingChanges } from '../changes/pending-changes.js';
import { DisableNow } from '../key-emergencies/disable-now.js';
import { ImpactLink } from '../impact/impact-link.js';
import { shortMoment } from '../parts/dates.js';
import type { Target } from '../parts/form/dialog-target.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';
import { choicesOf } from '../parts/words.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { ownerPage } from './key-owner.js';
import { KEY_STEPS } from './key-steps.js';

type SigningKey = AnswerOf<'keyList'>['items'][number];

/** What retiring the only key that signs means. */
const retired = (kid: string, environment: string, { id, name }: SigningKey['owner']): Target => ({
  name: `Signing key ${kid} of ${name}`,
  environments: [environment],
  effect: 'The application gets no access tokens until another key is activated.',
  atStake: <RequestsAtStake of="application" id={id} />,
});

export default function SigningKeyList() {
  return (
    <RegisterList<SigningKey>
      title="Signing keys"
      total={{ route: 'keyTotal', one: 'signing key' }}
      above={<PendingChanges about={{ table: 'signing_key' }} />}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <SelectInput key="state" source="state" label="State" choices={choicesOf(Object.keys(KEY_STEPS))} />,
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
      rowActions={({ kid, environment, state, owner }) => {
        const step = KEY_STEPS[state];
        if (step === null) return null;
        return (
          <>
            <RouteDialog
              {...step}
              {...(state === 'ACTIVE' &&
                owner.kind === 'application' && { target: retired(kid, environment, owner) })}
              params={{ kid }}
              fields={[REASON_OPTIONAL]}
            />
            <DisableNow kid={kid} environment={environment} />
            <ImpactLink event={{ kind: 'key-suspected', kid }}>Impact if suspected</ImpactLink>
          </>
        );
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
          label: 'Owner',
          value: ({ owner }) => <PageLink to={ownerPage(owner)}>{owner.name}</PageLink>,
        },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Deleted on', value: ({ deletesAt }) => shortMoment(deletesAt) },
        { label: 'Active since', value: ({ activatedAt }) => shortMoment(activatedAt) },
        { label: 'Next step possible from', value: ({ nextStepAt }) => shortMoment(nextStepAt) },
      ]}
    />
  );
}
