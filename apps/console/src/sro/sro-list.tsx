import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput } from 'react-admin';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { type Field, REASON_NEEDED, REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type Sro = AnswerOf<'sroList'>['items'][number];

const APPOINTMENT: readonly Field[] = [
  { name: 'organisation', label: 'ODS code', required: true },
  { name: 'environments', label: 'Environments', kind: 'list', required: true, help: 'int, prod' },
  { name: 'name', label: 'Name', required: true },
  { name: 'email', label: 'Email', required: true },
  { name: 'jobTitle', label: 'Job title', required: true },
  { name: 'spineUserId', label: 'Spine user id', required: true, help: '12 digits' },
  { name: 'authority.cioName', label: 'CIO who authorised it', required: true },
  { name: 'authority.reference', label: 'Reference of the authority', required: true },
  { name: 'authority.date', label: 'Date of the authority', kind: 'date', required: true },
  { name: 'authority.documentSha256', label: 'SHA-256 of the document', required: true },
  { name: 'reviewDueOn', label: 'Review due on', kind: 'date', help: 'A year from today if left out' },
  REASON_OPTIONAL,
];

function Actions({ id, state }: Sro) {
  if (state === 'withdrawn') return null;
  const params = { id };
  return (
    <>
      {state === 'proposed' ? (
        <RouteDialog
          route="sroAccept"
          label="Record acceptance"
          params={params}
          fields={[{ name: 'acceptedOn', label: 'Accepted on', kind: 'date' }, REASON_OPTIONAL]}
          done="Acceptance is recorded."
        />
      ) : (
        <RouteDialog
          route="sroReview"
          label="Record review"
          params={params}
          fields={[
            { name: 'reviewDueOn', label: 'Next review due on', kind: 'date', required: true },
            REASON_OPTIONAL,
          ]}
          done="The review is recorded."
        />
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
      filters={[<TextInput key="organisation" source="organisation" label="ODS code" />]}
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
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Environments', value: ({ environments }) => environments.join(', ') },
        { label: 'Review due', value: ({ reviewDueOn }) => day(reviewDueOn) },
      ]}
    />
  );
}
