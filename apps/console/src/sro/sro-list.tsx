import type { AnswerOf } from '@gatehouse/contracts/routes';
import { PendingChanges } from '../changes/pending-changes.js';
import { EnvironmentTags } from '../environments/environment-tag.js';
import { ImpactLink } from '../impact/impact-link.js';
import { shortDay, londonDate } from '../parts/dates.js';
import { REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode } from '../parts/list/filter-texts.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { sentenceCase } from '../parts/words.js';
import { ImpactAtStake } from '../stops/requests-at-stake.js';
import { APPOINTMENT, PERSON } from './appointment-fields.js';
import { LinkDialog } from './link-dialog.js';
import { SroOutlook } from './sro-outlook.js';

type Sro = AnswerOf<'sroList'>['items'][number];

/** How soon the review is due, in the words of the notices. */
function stateText({ state, reviewNotice }: Sro): string {
  return state === 'review due' && reviewNotice !== null ? `review within ${reviewNotice} days` : state;
}

/** The day of acceptance, unless a day was set. */
const firstDay = ({ startsOn, acceptedAt }: Sro): string =>
  startsOn === null && acceptedAt === null ? 'On acceptance' : shortDay(startsOn ?? acceptedAt);

function Actions({ id, name, state, organisation, environments, role }: Sro) {
  if (state === 'withdrawn') return null;
  const params = { id };
  return (
    <>
      {state === 'proposed' ? (
        <>
          <LinkDialog route="sroLink" label="Create an acceptance link" id={id} />
          <RouteDialog
            route="sroAccept"
            label="Record an acceptance"
            params={params}
            fields={[{ name: 'acceptedOn', label: 'Accepted on', kind: 'date' }, REASON_OPTIONAL]}
            done="Acceptance recorded."
          />
        </>
      ) : (
        <>
          <RouteDialog
            route="sroReview"
            label="Record a review"
            params={params}
            fields={[
              {
                name: 'reviewDueOn',
                label: 'Next review due on',
                kind: 'date',
                help: 'A year from today, if left empty',
              },
              REASON_OPTIONAL,
            ]}
            done="Review recorded."
          />
          <RouteDialog
            route="sroAppoint"
            label="Hand over"
            fixed={{ organisation, role, succeeds: id }}
            fields={PERSON.map((field) =>
              field.name === 'environments' ? { ...field, initial: environments.join(', ') } : field,
            )}
            done="Successor appointed. The handover takes effect when they accept."
          />
        </>
      )}
      <ImpactLink event={{ kind: 'sro-leaves', appointmentId: id }}>Impact of leaving</ImpactLink>
      <RouteDialog
        route="sroWithdraw"
        label="Withdraw"
        params={params}
        target={{
          name: `${name}, ${role} of ${organisation}`,
          environments,
          effect:
            'Application-restricted requests for this organisation are rejected unless another owner or a deputy is in force.',
          atStake: (
            <ImpactAtStake
              event={{ kind: 'sro-leaves', appointmentId: id, firstDay: londonDate(Date.now()) }}
            />
          ),
        }}
        fields={[REASON_REQUIRED]}
        danger
        done="Appointment withdrawn."
      />
    </>
  );
}

export default function SroList() {
  return (
    <RegisterList<Sro>
      title="Senior responsible owners"
      total={{ route: 'sroTotal', one: 'appointment' }}
      above={
        <>
          <PendingChanges about={{ table: 'sro_appointment' }} />
          <SroOutlook />
        </>
      }
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[
            { id: 'standing', name: 'Current' },
            { id: 'proposed', name: 'Proposed' },
            { id: 'due', name: 'Review due, overdue or lapsed' },
            { id: 'withdrawn', name: 'Ended' },
          ]}
        />,
      ]}
      actions={
        <RouteDialog
          route="sroAppoint"
          label="Appoint an SRO"
          fields={APPOINTMENT}
          done="SRO appointed. They must accept before the appointment is in force."
        />
      }
      rowActions={(sro) => <Actions {...sro} />}
      empty={
        <NextStep
          text="Nobody is appointed yet. Application-restricted requests of an organisation are rejected until its SRO is appointed and has accepted."
          route="sroAppoint"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Appoint an SRO”"
          command="gatehouse sro appoint"
        />
      }
      columns={[
        {
          label: 'Organisation',
          value: ({ organisation }) => <OrganisationLinks odsCodes={[organisation]} />,
        },
        { label: 'Name', sort: 'name', value: ({ name }) => name },
        { label: 'Role', value: ({ role }) => sentenceCase(role) },
        { label: 'State', value: (sro) => <StateTag state={stateText(sro)} /> },
        { label: 'From', value: firstDay },
        { label: 'Environments', value: EnvironmentTags },
        { label: 'Review due', value: ({ reviewDueOn }) => shortDay(reviewDueOn) },
      ]}
    />
  );
}
