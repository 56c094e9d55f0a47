import type { AsidPlanRowView } from '@gatehouse/contracts/registry/planner-resources';
import { Box, Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { Copyable } from '../parts/copyable.js';
import { RecordRows } from '../parts/register-list.js';
import { StateChip } from '../parts/state-chip.js';

const SHOWN_ORGANISATIONS = 6;

export function PlanRows({ rows }: { readonly rows: readonly AsidPlanRowView[] }) {
  if (rows.length === 0) {
    return (
      <Typography>
        Nothing is wanted and nothing is there. Grant a client something in the registry file, or plan every
        combination of what you choose above.
      </Typography>
    );
  }
  return (
    <RecordRows<AsidPlanRowView>
      data={rows.map((row) => ({ ...row, id: row.key }))}
      columns={[
        { label: 'Application name', value: ({ name }) => <Copyable text={name} what={name} /> },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Organisations', value: ({ organisations }) => briefly(organisations) },
        {
          label: 'ASID',
          value: ({ applications }) => (
            <Box component="span" sx={{ overflowWrap: 'normal' }}>
              {applications.flatMap(({ asid }) => asid ?? []).join(', ') || '–'}
            </Box>
          ),
        },
        { label: 'Checklist', value: ({ applications }) => <Checklists applications={applications} /> },
        { label: 'What to know', value: ({ note }) => note || '–' },
      ]}
    />
  );
}

function briefly(odsCodes: readonly string[]): string {
  const shown = odsCodes.slice(0, SHOWN_ORGANISATIONS).join(', ');
  const more = odsCodes.length - SHOWN_ORGANISATIONS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function Checklists({ applications }: Pick<AsidPlanRowView, 'applications'>) {
  if (applications.length === 0) return '–';
  return applications.map(({ id, state }) => (
    <Link key={id} component={RouterLink} to={`/applications/${id}/show`} sx={{ mr: 1 }}>
      Open ({state})
    </Link>
  ));
}
