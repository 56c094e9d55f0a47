import { WRITE_INTERACTIONS } from '@gatehouse/contracts/governance/governance-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { type Field, REASON_NEEDED, REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { LinkDialog } from '../sro/link-dialog.js';
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
          done="Granted; it opens nothing before the SRO co-signs."
        />
      }
      rowActions={({ id, state }) =>
        state === 'in force' || state === 'to be co-signed' ? (
          <>
            {state === 'in force' ? null : (
              <>
                <LinkDialog route="exceptionLink" label="Make co-signature link" id={id} />
                <RouteDialog
                  route="exceptionCosign"
                  label="Record co-signature"
                  params={{ id }}
                  fields={[
                    { name: 'reference', label: 'Where the signed paper is kept', required: true },
                    REASON_OPTIONAL,
                  ]}
                  done="The exception is in force."
                />
              </>
            )}
            <RouteDialog
              route="exceptionRevoke"
              label="Revoke"
              params={{ id }}
              fields={[REASON_NEEDED]}
              danger
              done="The exception is closed."
            />
          </>
        ) : null
      }
      empty="None: application-restricted access only reads, which is the rule."
      columns={[
        { label: 'Interaction', value: ({ interaction }) => interaction },
        { label: 'Organisations', value: ({ organisations }) => organisations.join(', ') },
        { label: 'Product', value: ({ product }) => product },
        { label: 'Environment', value: ({ environment }) => environment },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Co-signed by', value: ({ cosignedBy }) => cosignedBy ?? 'nobody yet' },
        { label: 'Expires', value: ({ expiresAt }) => day(expiresAt) },
      ]}
    />
  );
}
