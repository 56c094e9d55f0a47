import type { AsidPlanRowView } from '@gatehouse/contracts/asid-plan/planner-resources';
import { Box, Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { Copyable } from '../parts/copyable.js';
import { NONE } from '../parts/dates.js';
import { NextStep } from '../parts/next-step.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';

const SHOWN_ORGANISATIONS = 6;

export function PlanRows({ rows }: { readonly rows: readonly AsidPlanRowView[] }) {
  if (rows.length === 0) {
    return (
      <Typography component="div">
        <NextStep
          text="No grant needs an application, and there are no applications. Plan every combination of what you select above, or add a grant to a client."
          route="registryApply"
          to="/clients"
          link="Open the clients"
          command="gatehouse apply FILE"
        />
      </Typography>
    );
  }
  return (
    <RecordRows<AsidPlanRowView>
      data={rows.map((row) => ({ ...row, id: row.key }))}
      columns={[
        { label: 'Application name', value: ({ name }) => <Copyable text={name} name={name} /> },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Organisations', value: ({ organisations }) => shortened(organisations) },
        {
          label: 'ASID',
          value: ({ applications }) => (
            <Box component="span" sx={{ overflowWrap: 'normal' }}>
              {applications.flatMap(({ asid }) => asid ?? []).join(', ') || NONE}
            </Box>
          ),
        },
        { label: 'Checklist', value: ({ applications }) => <Checklists applications={applications} /> },
        { label: 'Note', value: ({ note }) => note || NONE },
      ]}
    />
  );
}

function shortened(odsCodes: readonly string[]) {
  const more = odsCodes.length - SHOWN_ORGANISATIONS;
  return (
    <>
      <OrganisationLinks odsCodes={odsCodes.slice(0, SHOWN_ORGANISATIONS)} />
      {more > 0 ? ` and ${more} more` : null}
    </>
  );
}

function Checklists({ applications }: Pick<AsidPlanRowView, 'applications'>) {
  if (applications.length === 0) return NONE;
  return applications.map(({ id, state }) => (
    <Link key={id} component={RouterLink} to={`/applications/${id}/show`} sx={{ mr: 1 }}>
      Open ({state})
    </Link>
  ));
}
