import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { NextStep } from '../parts/next-step.js';
import { RegisterList } from '../parts/list/register-list.js';

type MessageSet = AnswerOf<'messageSetList'>['items'][number];

export default function MessageSetList() {
  const mayEdit = useMay('registryApply');
  return (
    <RegisterList<MessageSet>
      title="Message sets"
      href={(name) => `/message-set?name=${name}`}
      actions={
        mayEdit ? (
          <Button component={RouterLink} to="/message-set">
            Create a message set
          </Button>
        ) : null
      }
      empty={
        <NextStep
          text="There are no message sets yet. A message set lists the e-RS interactions that NHS England has allowed for an ASID."
          route="registryApply"
          to="/message-set"
          link="Create a message set"
          command="gatehouse apply FILE"
        />
      }
      columns={[
        {
          label: 'Name',
          value: ({ name }) => (
            <Box component="span" sx={{ whiteSpace: { md: 'nowrap' } }}>
              {name}
            </Box>
          ),
        },
        { label: 'Interactions', value: ({ interactions }) => interactions.join(', ') },
        { label: 'Used by', value: (set) => <Applications {...set} /> },
      ]}
    />
  );
}

function Applications({ applications, applicationCount }: MessageSet) {
  if (applicationCount === 0) return 'No applications';
  const firstApplications = applications.slice(0, 3);
  const more = applicationCount - firstApplications.length;
  return (
    <>
      {firstApplications.map(({ id, name }) => (
        <Link key={id} component={RouterLink} to={`/applications/${id}/show`} sx={{ display: 'block' }}>
          {name}
        </Link>
      ))}
      {more > 0 ? `and ${more} more` : null}
    </>
  );
}
