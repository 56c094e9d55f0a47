import { WRITE_INTERACTIONS } from '@gatehouse/contracts/governance/governance-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { PendingChanges } from '../changes/pending-changes.js';
import { shortDay } from '../parts/dates.js';
import { type Field, REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { EnvironmentTag } from '../environments/environment-tag.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { Tag } from '../parts/list/tag.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { LinkDialog } from '../sro/link-dialog.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';

type WriteException = AnswerOf<'exceptionList'>['items'][number];

const GRANT: readonly Field[] = [
  { name: 'environment', label: 'Environment', required: true, suggests: 'environment' },
  { name: 'organisation', label: 'ODS code', required: true, suggests: 'organisation' },
  { name: 'product', label: 'Product', required: true, suggests: 'product' },
  { name: 'capability', label: 'Capability', choices: ['referrer', 'provider'], required: true },
  { name: 'interaction', label: 'Interaction', choices: WRITE_INTERACTIONS, required: true },
  { name: 'useCaseReference', label: 'Use case that NHS England approved', required: true },
  { name: 'expiresOn', label: 'Expiry date', kind: 'date', required: true },
  REASON_OPTIONAL,
];

export default function ExceptionList() {
  return (
    <RegisterList<WriteException>
      title="Write exceptions"
      total={{ route: 'exceptionTotal', one: 'write exception' }}
      above={<PendingChanges about={{ table: 'write_exception' }} />}
      filters={[<TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />]}
      actions={
        <RouteDialog
          route="exceptionGrant"
          label="Grant an exception"
          fields={GRANT}
          done="Exception granted. It has no effect until the SRO co-signs it."
        />
      }
      rowActions={({ id, state, interaction, organisations, product, environment, applicationId }) =>
        state === 'in force' || state === 'to be co-signed' ? (
          <>
            {state === 'in force' ? null : (
              <>
                <LinkDialog route="exceptionLink" label="Create a co-signature link" id={id} />
                <RouteDialog
                  route="exceptionCosign"
                  label="Record a co-signature"
                  params={{ id }}
                  fields={[
                    { name: 'reference', label: 'Location of the signed document', required: true },
                    REASON_OPTIONAL,
                  ]}
                  done="Co-signature recorded. The exception is in force."
                />
              </>
            )}
            <RouteDialog
              route="exceptionRevoke"
              label="Revoke"
              params={{ id }}
              target={{
                name: `${interaction} of ${product} for ${organisations.join(', ')}`,
                environments: [environment],
                effect: 'Application-restricted requests of this interaction are rejected from now on.',
                ...(state === 'in force' && {
                  atStake: <RequestsAtStake of="application" id={applicationId} interaction={interaction} />,
                }),
              }}
              fields={[REASON_REQUIRED]}
              danger
              done="Exception revoked."
            />
          </>
        ) : null
      }
      empty={
        <NextStep
          text="There are no write exceptions. Without one, application-restricted access can only read."
          route="exceptionGrant"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Grant an exception”"
          command="gatehouse exception grant"
        />
      }
      columns={[
        { label: 'Interaction', value: ({ interaction }) => interaction },
        {
          label: 'Organisations',
          value: ({ organisations }) => <OrganisationLinks odsCodes={organisations} />,
        },
        { label: 'Product', value: ({ product }) => <Tag text={product} isFilled /> },
        { label: 'Environment', value: ({ environment }) => <EnvironmentTag environment={environment} /> },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Co-signed by', value: ({ cosignedBy }) => cosignedBy ?? 'Not yet' },
        { label: 'Expires', value: ({ expiresAt }) => shortDay(expiresAt) },
      ]}
    />
  );
}
