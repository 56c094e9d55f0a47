import type { AnswerOf } from '@gatehouse/contracts/routes';
import { PendingChanges } from '../changes/pending-changes.js';
import { shortMoment, NONE } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { choicesOf } from '../parts/words.js';
import { subjectInWords } from './subject.js';

type Plan = AnswerOf<'impactPlanList'>['items'][number];

/** Plans for an event that were approved as a whole. */
export default function ImpactPlanList() {
  return (
    <RegisterList<Plan>
      title="Event plans"
      above={<PendingChanges about={{ table: 'impact_plan' }} />}
      filters={[
        <SelectInput key="state" source="state" label="State" choices={choicesOf(['open', 'ended'])} />,
      ]}
      href={(id) => `/impact-plans/${id}/show`}
      empty={
        <NextStep
          text="No plan has been approved. “Impact” shows what an event hits, and requests the plan for it."
          route="impactShow"
          to="/impact"
          link="Open “Impact”"
          command="gatehouse impact"
        />
      }
      columns={[
        { label: 'Plan', value: subjectInWords },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Refused step', value: ({ refusedStep }) => refusedStep ?? NONE },
        { label: 'Authorised by', value: ({ authorisedBy }) => authorisedBy },
        { label: 'Authorised', value: ({ authorisedAt }) => shortMoment(authorisedAt) },
        { label: 'Ended because', value: ({ endedBecause }) => endedBecause ?? NONE },
      ]}
    />
  );
}
