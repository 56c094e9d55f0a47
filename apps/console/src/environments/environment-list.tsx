import type { AnswerOf } from '@gatehouse/contracts/routes';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RegisterList } from '../parts/list/register-list.js';
import { EnvironmentTag } from './environment-tag.js';

type Environment = AnswerOf<'environmentList'>['items'][number];

export default function EnvironmentList() {
  return (
    <RegisterList<Environment>
      title="Environments"
      rowActions={(environment) => <SwitchFourEyes {...environment} />}
      empty="No environment has been served yet."
      columns={[
        { label: 'Environment', value: ({ name }) => <EnvironmentTag environment={name} /> },
        { label: 'Production', value: ({ isProduction }) => (isProduction ? 'Yes' : 'No') },
        { label: 'Kind', value: ({ kind }) => kind },
        { label: 'Served here', value: ({ isServed }) => (isServed ? 'Yes' : 'No') },
        {
          label: 'Changes that matter',
          value: ({ fourEyes }) => (fourEyes ? 'Need a second person' : 'Need one person'),
        },
      ]}
    />
  );
}

function SwitchFourEyes({ name, fourEyes }: Environment) {
  return (
    <RouteDialog
      route="environmentFourEyes"
      label={fourEyes ? 'Let one person decide' : 'Require a second person'}
      intro={
        fourEyes
          ? `A second person must approve this first. After that, one person can make any change in ${name}.`
          : `From then on, changes that matter in ${name} wait for a second person, and so does switching this off.`
      }
      environments={[name]}
      params={{ environment: name }}
      fixed={{ fourEyes: !fourEyes }}
      fields={[REASON_REQUIRED]}
      danger={fourEyes}
      done={
        fourEyes
          ? `Changes in ${name} need one person.`
          : `Changes that matter in ${name} need a second person.`
      }
    />
  );
}
