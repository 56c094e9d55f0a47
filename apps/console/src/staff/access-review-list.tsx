import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { PrintButton } from '../layout/print-button.js';
import { shortDay, NONE } from '../parts/dates.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { roleText } from './role-text.js';

type Role = AnswerOf<'accessReviewList'>['items'][number];

const CHOICES = [{ id: 'overdue', name: 'To be confirmed' }];

/** Every role of every person, for the yearly review by somebody else. */
export default function AccessReviewList() {
  return (
    <RegisterList<Role>
      title="Access review"
      above={
        <Box sx={{ mb: 2 }}>
          <Typography sx={{ mb: 1 }}>
            Once a year a second person confirms that each role is still needed, and never a role of their
            own. A role that is overdue goes on working: remove it on “Staff”, or at the identity provider.
          </Typography>
          <PrintButton />
        </Box>
      }
      filters={[<SelectInput key="only" source="only" label="Show" choices={CHOICES} alwaysOn />]}
      rowActions={({ id, person, role, mayConfirm, isOverdue }) =>
        mayConfirm ? (
          <RouteDialog
            route="accessConfirm"
            label={isOverdue ? 'Confirm' : 'Confirm again'}
            params={{ id }}
            intro={`${person} still needs the role ${role.replaceAll('-', ' ')}. The history keeps your name and your reason.`}
            fields={[REASON_REQUIRED]}
            done="Role confirmed for a year."
          />
        ) : (
          'Yours: a colleague confirms it'
        )
      }
      empty="Nobody has a role yet."
      columns={[
        { label: 'Person', value: ({ person }) => person },
        { label: 'Role', value: roleText },
        {
          label: 'Since',
          value: ({ grantedAt }) => (grantedAt === null ? 'Not recorded' : shortDay(grantedAt)),
        },
        { label: 'Last active', value: ({ lastActiveAt }) => shortDay(lastActiveAt) },
        {
          label: 'Confirmed',
          value: ({ confirmedAt, confirmedBy }) =>
            confirmedAt === null ? NONE : `${shortDay(confirmedAt)} by ${confirmedBy ?? 'somebody'}`,
        },
        {
          label: 'Due',
          value: ({ dueAt, isOverdue, personState }) => {
            if (personState === 'suspended') return <StateTag state="suspended" />;
            if (isOverdue) return <StateTag state="overdue" />;
            return shortDay(dueAt);
          },
        },
      ]}
    />
  );
}
