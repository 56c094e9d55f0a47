import { applicationState } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { SelectAll } from '../at-once/select-all.js';
import { HealthCell } from '../health/health-cell.js';
import { HEALTH_CHOICES } from '../health/health-choices.js';
import { EnvironmentTag } from '../environments/environment-tag.js';
import { NONE } from '../parts/dates.js';
import { SelectInput, TextInput } from '../parts/list/lazy-filters.js';
import { asOdsCode, withoutSpaces } from '../parts/list/filter-texts.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { Tag } from '../parts/list/tag.js';
import { choicesOf } from '../parts/words.js';
import { AccessTags } from './access-tags.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { organisationInName } from './name-parts.js';

type Application = AnswerOf<'applicationsList'>['items'][number];

const STATES = choicesOf(applicationState.options);

export default function ApplicationList() {
  return (
    <RegisterList<Application>
      title="Applications"
      total={{ route: 'applicationsTotal', one: 'application' }}
      above={<SelectAll of="applications" />}
      isOneLine
      wholeName={({ name }) => name}
      bulk={{
        route: 'stopMake',
        label: 'Stop immediately',
        name: ({ name }) => name,
        environment: ({ environment }) => environment,
        atStake: (rows) => <RequestsAtStake of="application" id={rows.map(({ id }) => id).join(',')} />,
        request: ({ id, state }) =>
          state === 'live' ? { body: { kind: 'application', application: id } } : null,
      }}
      href={(id) => `/applications/${id}/show`}
      filters={[
        <TextInput key="organisation" source="organisation" label="ODS code" parse={asOdsCode} />,
        <TextInput key="environment" source="environment" label="Environment" />,
        <TextInput key="product" source="product" label="Product" />,
        <TextInput key="asid" source="asid" label="ASID" parse={withoutSpaces} />,
        <SelectInput key="state" source="state" label="State" choices={STATES} />,
        <SelectInput key="health" source="health" label="Health" choices={HEALTH_CHOICES} />,
      ]}
      empty={
        <NextStep
          text="There are no applications yet. The page of an application lists what is missing before it can go live."
          route="registryApply"
          to="/import"
          link="Import applications from a CSV file"
          command="gatehouse apply FILE"
        />
      }
      columns={[
        { label: 'Name', sort: 'name', fills: '50%', value: organisationInName },
        {
          label: 'ODS code',
          isExtra: true,
          value: ({ organisations }) => organisations.join(', '),
        },
        { label: 'Product', sort: 'product', value: ({ product }) => <Tag text={product} isFilled /> },
        {
          label: 'Environment',
          sort: 'environment',
          value: ({ environment }) => <EnvironmentTag environment={environment} />,
        },
        { label: 'Access', value: (application) => <AccessTags {...application} /> },
        { label: 'State', sort: 'state', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Health', fills: '50%', value: ({ id }) => <HealthCell of="applications" id={id} /> },
        { label: 'ASID', isExtra: true, value: ({ asid }) => asid ?? NONE },
        { label: 'API key', isExtra: true, value: ({ apiKey }) => apiKey ?? NONE },
      ]}
    />
  );
}
