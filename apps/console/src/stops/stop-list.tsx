import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortMoment, NONE } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { sentenceCase } from '../parts/words.js';
import { StopActions } from './stop-actions.js';
import { stoppedPage } from './stopped-page.js';

type Stop = AnswerOf<'stopList'>['items'][number];

const CHOICES = [
  { id: 'standing', name: 'Still stopped' },
  { id: 'unreviewed', name: 'To review' },
];

export default function StopList() {
  return (
    <RegisterList<Stop>
      title="Emergency stops"
      filters={[<SelectInput key="only" source="only" label="Show" choices={CHOICES} alwaysOn />]}
      href={(_, stop) => stoppedPage(stop)}
      rowActions={(stop) => <StopActions {...stop} />}
      empty={
        <NextStep
          text="Nothing has been stopped. To stop an organisation, application or client, open its page and select “Stop immediately”."
          route="stopMake"
          to="/organisations"
          link="Open the organisations"
        />
      }
      columns={[
        { label: 'Stopped', value: ({ name }) => name },
        { label: 'Kind', value: ({ kind }) => sentenceCase(kind) },
        { label: 'Reason', value: ({ reason }) => reason },
        { label: 'Stopped by', value: ({ stoppedBy }) => stoppedBy },
        { label: 'Stopped at', value: ({ stoppedAt }) => shortMoment(stoppedAt) },
        {
          label: 'Lifted',
          value: ({ liftedAt, liftedBy }) =>
            liftedAt === null ? NONE : `${shortMoment(liftedAt)} by ${liftedBy ?? 'somebody'}`,
        },
        {
          label: 'Review',
          value: ({ reviewedBy, reviewNote }) =>
            reviewedBy === null ? NONE : `${reviewedBy}: ${reviewNote ?? ''}`,
        },
      ]}
    />
  );
}
