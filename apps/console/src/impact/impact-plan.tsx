import { registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { NONE } from '../parts/dates.js';
import { ApplyDocument } from '../parts/form/apply-document.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';

type Impact = AnswerOf<'impactShow'>;
type Step = Impact['plan'][number];

/** The steps in their order, and the one that Gatehouse carries out as a whole. */
export function ImpactPlan({ impact: { plan, retirementFile } }: { readonly impact: Impact }) {
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
          { label: 'Who acts', value: ({ whoActs }) => whoActs },
          { label: 'What to know', value: ({ detail }) => detail },
          { label: 'Waits for', value: ({ waitsFor }) => waitsFor.join('; ') || NONE },
          {
            label: 'Where',
            value: ({ page, command }) =>
              page === null ? (command ?? NONE) : <PageLink to={page}>Open the page</PageLink>,
          },
        ]}
      />
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
