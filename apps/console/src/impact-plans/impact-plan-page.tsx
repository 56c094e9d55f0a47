import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { NONE, shortMoment } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { PageLink } from '../parts/page-link.js';
import { RecordPage } from '../parts/record-page.js';
import { StateTag } from '../parts/state-tag.js';
import { subjectInWords } from './subject.js';

type Plan = AnswerOf<'impactPlanShow'>;
type Step = Plan['steps'][number];

/** One plan: who authorised it, how far it is, and the buttons to carry it on. */
export default function ImpactPlanPage() {
  return (
    <RecordPage<Plan> name={(plan) => `Plan: ${subjectInWords(plan)}`} hasMoreThanItsList>
      {(plan) => (isWhole(plan) ? <WholePlan {...plan} /> : null)}
    </RecordPage>
  );
}

/** What is known from the list has no steps; it is there until the plan itself is loaded. */
const isWhole = (plan: Partial<Plan>): boolean => plan.steps !== undefined;

function WholePlan(plan: Plan) {
  return (
    <>
      <Section title="How far it is">
        <Progress {...plan} />
        <Facts
          facts={[
            ['State', <StateTag key="state" state={plan.state} />],
            ['Authorised by', plan.authorisedBy],
            ['Authorised', <Moment key="authorisedAt" at={plan.authorisedAt} />],
            ['Reason', plan.reason],
            ['The event counts from', <Moment key="firstMoment" at={plan.firstMoment} />],
            ['Ended', <Moment key="endedAt" at={plan.endedAt} />],
            ['Ended by', plan.endedBy],
          ]}
        />
        {plan.state === 'open' ? <Actions {...plan} /> : null}
      </Section>
      <Typography variant="h2" sx={{ mb: 1 }}>
        Steps
      </Typography>
      <RecordRows<Step>
        data={plan.steps}
        columns={[
          { label: 'Step', value: ({ order, title }) => `${order}. ${title}` },
          { label: 'State', value: ({ state }) => <StateTag state={state} /> },
          {
            label: 'Who acts',
            value: ({ closedBy, whoActs }) => (closedBy === 'plan' ? 'Gatehouse' : whoActs),
          },
          { label: 'Why', value: ({ because }) => because },
          {
            label: 'Recorded',
            value: ({ recordedAt, recordedBy }) =>
              recordedAt === null ? NONE : `${shortMoment(recordedAt)}, ${recordedBy ?? ''}`,
          },
          { label: 'What to do', value: (step) => <StepAction plan={plan} step={step} /> },
        ]}
      />
    </>
  );
}

/** In one sentence: what is the matter, and what comes next. */
function Progress({ state, endedBecause, refusedStep, next, steps }: Plan) {
  if (state === 'ended') return <Message severity="info">This plan has ended: {endedBecause}</Message>;
  if (refusedStep !== null)
    return (
      <Message severity="error">
        “{refusedStep}” could not be carried out, and the steps after it wait. What was done before stays
        done. Read why below, put it right, and carry the plan out again.
      </Message>
    );
  if (next !== null) return <Message severity="info">“{next}” can be carried out now.</Message>;
  const byPeople = steps.filter((step) => step.state === 'to do').map(({ title }) => `“${title}”`);
  return (
    <Message severity="info">
      Gatehouse can carry out nothing at the moment.{' '}
      {byPeople.length === 0
        ? 'The next step waits for its time.'
        : `To be done by people: ${byPeople.join(', ')}.`}
    </Message>
  );
}

function Message({
  severity,
  children,
}: {
  readonly severity: 'info' | 'error';
  readonly children: ReactNode;
}) {
  return (
    <Alert severity={severity} role="status" sx={{ mb: 1 }}>
      {children}
    </Alert>
  );
}

function Actions({ id, next }: Plan) {
  return (
    <Box sx={{ mt: 1 }}>
      {next === null ? null : (
        <RouteDialog
          route="impactPlanCarryOut"
          label="Carry out"
          params={{ id }}
          intro={`Gatehouse begins with “${next}”, goes on in order, and stops at the first step that is refused or waits for somebody.`}
          fields={[REASON_OPTIONAL]}
          done="The page shows which steps are done, and which one it stopped at."
        />
      )}
      <RouteDialog
        route="impactPlanEnd"
        label="End the plan"
        params={{ id }}
        intro="What is done stays done. Nothing more is carried out under this approval."
        fields={[REASON_REQUIRED]}
        danger
        done="Plan ended."
      />
    </Box>
  );
}

function StepAction({ plan: { id, state }, step }: { readonly plan: Plan; readonly step: Step }) {
  if (state === 'ended' || step.state !== 'to do') return NONE;
  if (step.closedBy === 'person')
    return (
      <RouteDialog
        route="impactPlanTick"
        label={`Tick off “${step.title}”`}
        params={{ id, step: step.id }}
        fields={[{ ...REASON_REQUIRED, label: 'Who did it, and when' }]}
        done="Step ticked off."
      />
    );
  return step.page === null ? NONE : <PageLink to={step.page}>Open the page</PageLink>;
}
