import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box } from '@mui/material';
import { PendingChanges } from '../changes/pending-changes.js';
import { moment, NONE, shortMoment } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { ownerPage } from '../signing-keys/key-owner.js';

type Rotation = AnswerOf<'rotationList'>['items'][number];

/** What each step does, in the words of the guide to signing keys. */
const STEPS: Readonly<Record<NonNullable<Rotation['next']>['step'], string>> = {
  create: 'Create the next key in KMS',
  publish: 'Publish the next key',
  confirm: 'Read the JWKS by its public URL',
  prove: 'Request a token with the next key',
  activate: 'Sign with the next key',
  remove: 'Remove the retired key',
  disable: 'Disable the removed key in KMS',
};

export default function RotationList() {
  return (
    <RegisterList<Rotation>
      title="Key rotation"
      above={<PendingChanges about={{ table: 'rotation_policy' }} />}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[{ id: 'failing', name: 'Those that failed' }]}
        />,
      ]}
      actions={
        <RouteDialog
          route="rotationPolicySet"
          label="Set a policy"
          intro="Where changes need a second person, a colleague approves the policy. Its steps run under that approval."
          fields={[
            {
              name: 'organisation',
              label: 'ODS code',
              suggests: 'organisation',
              help: 'Leave empty for the CIS2 client of the product',
            },
            { name: 'product', label: 'Product', required: true, suggests: 'product' },
            { name: 'environment', label: 'Environment', required: true, suggests: 'environment' },
            {
              ...{ name: 'everyDays', label: 'Every how many days', kind: 'number' },
              help: '1 to 365; 90 if left empty',
            },
            REASON_OPTIONAL,
          ]}
          done="Policy set. Its keys rotate by themselves from now on."
        />
      }
      rowActions={({ policyId, environment }) => (
        <RouteDialog
          route="rotationPolicyRemove"
          label="Remove the policy"
          environments={[environment]}
          params={{ id: policyId }}
          intro="The keys stay as they are, and are rotated by hand from then on."
          fields={[REASON_OPTIONAL]}
          danger
          done="Policy removed."
        />
      )}
      empty={
        <NextStep
          text="No signing keys rotate by themselves. A policy says how often the keys of an organisation and product change."
          route="rotationPolicySet"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Set a policy”"
          command="gatehouse keys policy set"
        />
      }
      columns={[
        { label: 'Owner', value: ({ owner }) => <PageLink to={ownerPage(owner)}>{owner.name}</PageLink> },
        { label: 'Every', value: ({ everyDays }) => `${everyDays} days` },
        { label: 'Next step', value: ({ next }) => (next === null ? NONE : STEPS[next.step]) },
        { label: 'From', value: ({ next }) => shortMoment(next?.from ?? null) },
        { label: 'Why it waits', value: (rotation) => <WhyItWaits {...rotation} /> },
        { label: 'JWKS last fetched', value: ({ jwksFetchedAt }) => shortMoment(jwksFetchedAt) },
      ]}
    />
  );
}

/** Of a failure: the cause, who must act, and what happens until then. */
function WhyItWaits({ failure, waitsBecause }: Rotation) {
  if (failure === null) return waitsBecause ?? 'It is due now.';
  const times = failure.failures === 1 ? 'once' : `${failure.failures} times`;
  return (
    <>
      <Box>
        It failed {times}: {failure.cause}
      </Box>
      <Box sx={{ mt: 0.5 }}>Who must act: {failure.whoActs}</Box>
      <Box sx={{ mt: 0.5 }}>{failure.meanwhile}</Box>
      <Box sx={{ mt: 0.5 }}>It is tried again at {moment(failure.triedAgainAt)}.</Box>
    </>
  );
}
