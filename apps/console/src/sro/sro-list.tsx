import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectInput, TextInput } from 'react-admin';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { type Field, REASON_NEEDED, REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';
import { LinkDialog } from './link-dialog.js';
import { SroOutlook } from './sro-outlook.js';

type Sro = AnswerOf<'sroList'>['items'][number];

const PERSON: readonly Field[] = [
  { name: 'environments', label: 'Environments', kind: 'list', required: true, help: 'int, prod' },
  { name: 'name', label: 'Name', required: true },
  { name: 'email', label: 'Email', required: true },
  { name: 'jobTitle', label: 'Job title', required: true },
  { name: 'spineUserId', label: 'Spine user id', required: true, help: '12 digits' },
  { name: 'authority.cioName', label: 'CIO who authorised it', required: true },
  { name: 'authority.reference', label: 'Reference of the authority', required: true },
  { name: 'authority.date', label: 'Date of the authority', kind: 'date', required: true },
  { name: 'authority.documentSha256', label: 'SHA-256 of the document', required: true },
  { name: 'startsOn', label: 'First day', kind: 'date', help: 'From the acceptance if left out' },
  { name: 'reviewDueOn', label: 'Review due on', kind: 'date', help: 'A year from today if left out' },
  { name: 'graceDays', label: 'Days of grace after that', kind: 'number', initial: '0' },
  REASON_OPTIONAL,
];
const APPOINTMENT: readonly Field[] = [
  { name: 'organisation', label: 'ODS code', required: true },
  { name: 'role', label: 'Role', choices: ['owner', 'deputy'], required: true, initial: 'owner' },
  ...PERSON,
];

/** How near the review is, in the words of the notices. */
function stateText({ state, reviewNotice }: Sro): string {
  return state === 'review due' && reviewNotice !== null ? `review within ${reviewNotice} days` : state;
}

function Actions({ id, state, organisation, environments, role }: Sro) {
  if (state === 'withdrawn') return null;
  const params = { id };
  return (
    <>
      {state === 'proposed' ? (
        <>
          <LinkDialog route="sroLink" label="Make acceptance link" id={id} />
          <RouteDialog
            route="sroAccept"
            label="Record acceptance"
            params={params}
            fields={[{ name: 'acceptedOn', label: 'Accepted on', kind: 'date' }, REASON_OPTIONAL]}
            done="Acceptance is recorded."
          />
        </>
      ) : (
        <>
          <RouteDialog
            route="sroReview"
            label="Record review"
            params={params}
            fields={[
              {
                name: 'reviewDueOn',
                label: 'Next review due on',
                kind: 'date',
                help: 'A year from today if left out',
              },
              REASON_OPTIONAL,
            ]}
            done="The review is recorded."
          />
          <RouteDialog
            route="sroAppoint"
            label="Hand over"
            fixed={{ organisation, role, succeeds: id }}
            fields={PERSON.map((field) =>
              field.name === 'environments' ? { ...field, initial: environments.join(', ') } : field,
            )}
            done="Appointed; the handover takes effect once the successor accepts."
          />
        </>
      )}
      <RouteDialog
        route="sroWithdraw"
        label="Withdraw"
        params={params}
        fields={[REASON_NEEDED]}
        danger
        done="The appointment is withdrawn."
      />
    </>
  );
}

export default function SroList() {
  return (
    <RegisterList<Sro>
      title="Senior responsible owners"
      above={<SroOutlook />}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" />,
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[
            { id: 'standing', name: 'standing' },
            { id: 'proposed', name: 'proposed' },
            { id: 'due', name: 'review due, overdue or lapsed' },
            { id: 'withdrawn', name: 'ended' },
          ]}
        />,
      ]}
      actions={
        <RouteDialog
          route="sroAppoint"
          label="Appoint an SRO"
          fields={APPOINTMENT}
          done="Appointed; the SRO must accept."
        />
      }
      rowActions={(sro) => <Actions {...sro} />}
      empty="Nobody is appointed yet. Application-restricted requests of an organisation are refused until its SRO is appointed and has accepted."
      columns={[
        { label: 'Organisation', value: ({ organisation }) => organisation },
        { label: 'Name', value: ({ name }) => name },
        { label: 'Role', value: ({ role }) => role },
        { label: 'State', value: (sro) => <StateChip state={stateText(sro)} /> },
        { label: 'From', value: ({ startsOn }) => (startsOn === null ? 'acceptance' : day(startsOn)) },
        { label: 'Environments', value: ({ environments }) => environments.join(', ') },
        { label: 'Review due', value: ({ reviewDueOn }) => day(reviewDueOn) },
      ]}
    />
  );
}
