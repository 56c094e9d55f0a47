import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortMoment } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { choicesOf } from '../parts/words.js';
import { summaryInShort } from './summary.js';

type Change = AnswerOf<'changeList'>['items'][number];

const STATES = choicesOf(['pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale']);

export default function ChangeList() {
  return (
    <RegisterList<Change>
      title="Approvals"
      total={{ route: 'changeTotal', one: 'change' }}
      filters={[<SelectInput key="state" source="state" label="State" choices={STATES} alwaysOn />]}
      href={(id) => `/changes/${id}/show`}
      empty="No change has needed approval yet. A change that needs a second person appears here before it is made."
      columns={[
        { label: 'Change', value: summaryInShort },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Needs approval for', value: ({ rules }) => rules.join(', ') },
        {
          label: 'Organisations',
          value: ({ organisations }) => <OrganisationLinks odsCodes={organisations} />,
        },
        { label: 'Requested by', value: ({ requestedBy }) => requestedBy },
        { label: 'Requested', value: ({ requestedAt }) => shortMoment(requestedAt) },
        { label: 'Expires', value: ({ expiresAt }) => shortMoment(expiresAt) },
      ]}
    />
  );
}
