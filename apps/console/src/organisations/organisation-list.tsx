import { organisationState } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { SelectAll } from '../at-once/select-all.js';
import { HealthCell } from '../health/health-cell.js';
import { ORGANISATION_HEALTH_CHOICES } from '../health/health-choices.js';
import { shortDay } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { choicesOf } from '../parts/words.js';

type Organisation = AnswerOf<'organisationsList'>['items'][number];

const STATES = choicesOf(organisationState.options);

export default function OrganisationList() {
  return (
    <RegisterList<Organisation>
      title="Organisations"
      total={{ route: 'organisationsTotal', one: 'organisation' }}
      above={<SelectAll of="organisations" />}
      isOneLine
      actions={<NewOrganisation />}
      bulk={{
        route: 'stopMake',
        label: 'Stop immediately',
        name: ({ odsCode }) => odsCode,
        atStake: (rows) => (
          <RequestsAtStake of="organisation" id={rows.map(({ odsCode }) => odsCode).join(',')} />
        ),
        request: ({ odsCode, state }) =>
          state === 'active' ? { body: { kind: 'organisation', organisation: odsCode } } : null,
      }}
      href={(id) => `/organisations/${id}/show`}
      filters={[
        <SelectInput key="state" source="state" label="State" choices={STATES} />,
        <SelectInput key="health" source="health" label="Health" choices={ORGANISATION_HEALTH_CHOICES} />,
      ]}
      empty={
        <NextStep
          text="There are no organisations yet."
          route="registryApply"
          to="/onboarding"
          link="Onboard the first one"
          command="gatehouse apply FILE"
        />
      }
      columns={[
        { label: 'ODS code', sort: 'odsCode', value: ({ odsCode }) => odsCode },
        { label: 'Name', sort: 'name', fills: '50%', value: ({ name }) => <span title={name}>{name}</span> },
        { label: 'State', sort: 'state', value: ({ state }) => <StateTag state={state} /> },
        {
          label: 'Health',
          fills: '50%',
          value: ({ odsCode }) => <HealthCell of="organisations" id={odsCode} />,
        },
        { label: 'Applications', value: ({ applications }) => applications },
        { label: 'SRO review due', value: ({ sroReviewDueOn }) => shortDay(sroReviewDueOn) },
      ]}
    />
  );
}

function NewOrganisation() {
  if (!useMay('registryApply')) return null;
  return (
    <Button component={Link} to="/onboarding" size="small" variant="outlined" sx={{ m: 0.25 }}>
      New organisation
    </Button>
  );
}
