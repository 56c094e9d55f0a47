import type { ImpactRequest } from '@gatehouse/contracts/impact/impact-routes';
import { registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { NONE } from '../parts/dates.js';
import { ApplyDocument } from '../parts/apply/apply-document.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';

type Impact = AnswerOf<'impactShow'>;
type Step = Impact['plan'][number];

interface Props {
  readonly event: ImpactRequest;
  readonly impact: Impact;
}

/** The steps in their order, and the buttons that request the whole plan or one part of it. */
export function ImpactPlan({ event, impact: { plan, retirementFile } }: Props) {
  const retires = plan.find(({ id }) => id === 'retire');
  return (
    <>
      <Typography variant="h2" sx={{ mt: 3, mb: 1 }}>
        Plan
      </Typography>
      <RecordRows<Step>
        data={plan}
        columns={[
          { label: 'Step', value: ({ order, title }) => `${order}. ${title}` },
          { label: 'State', value: ({ state }) => <StateTag state={state} /> },
          {
            label: 'Who acts',
            value: ({ closedBy, whoActs }) => (closedBy === 'plan' ? `${whoActs}, or Gatehouse` : whoActs),
          },
          { label: 'What to know', value: ({ detail }) => detail },
          { label: 'Waits for', value: ({ waitsFor }) => waitsFor.join('; ') || NONE },
          {
            label: 'Where',
            value: ({ page, command }) =>
              page === null ? (command ?? NONE) : <PageLink to={page}>Open the page</PageLink>,
          },
        ]}
      />
      <RequestPlan event={event} plan={plan} />
      {retirementFile === null || retires?.state !== 'ready' ? null : (
        <Box sx={{ mt: 2 }}>
          <Typography variant="h2" gutterBottom>
            {retires.title}
          </Typography>
          <Typography>{retires.detail}</Typography>
          <ApplyDocument document={registryDocument.parse(retirementFile)} label="Retire all of it" />
        </Box>
      )}
    </>
  );
}

/** Of what Gatehouse can carry out, one approval is enough for all. */
function RequestPlan({ event, plan }: { readonly event: ImpactRequest; readonly plan: readonly Step[] }) {
  const steps = plan.filter(({ closedBy, state }) => closedBy === 'plan' && state !== 'done');
  if (steps.length === 0) return null;
  return (
    <Box sx={{ mt: 2 }}>
      <Typography>
        Gatehouse can carry out these steps under one approval, each when its turn has come:{' '}
        {steps.map(({ order }) => order).join(', ')}.
      </Typography>
      <RouteDialog
        route="impactPlanRequest"
        label="Request the whole plan"
        fixed={{ event }}
        intro="Where an environment has four eyes, a colleague approves all of its steps at once. Nothing is changed before somebody carries the plan out, under “Event plans”."
        fields={[REASON_OPTIONAL]}
        done="Plan approved. Carry it out under “Event plans”."
      />
    </Box>
  );
}
