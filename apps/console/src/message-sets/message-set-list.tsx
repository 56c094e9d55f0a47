import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { RegisterList } from '../parts/register-list.js';

type MessageSet = AnswerOf<'messageSetList'>['items'][number];

export default function MessageSetList() {
  const mayWrite = useMay('registryApply');
  return (
    <RegisterList<MessageSet>
      title="Message sets"
      href={(name) => `/message-set?name=${name}`}
      actions={
        mayWrite ? (
          <Button component={RouterLink} to="/message-set">
            New message set
          </Button>
        ) : null
      }
      empty="No message set yet. One lists the e-RS interactions that NHS England allowed for an ASID."
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
        { label: 'Used by', value: (set) => <Applications set={set} /> },
      ]}
    />
  );
}

function Applications({ set: { applications, applicationCount } }: { readonly set: MessageSet }) {
  if (applicationCount === 0) return 'no application';
  const shown = applications.slice(0, 3);
  const more = applicationCount - shown.length;
  return (
    <>
      {shown.map(({ id, name }) => (
        <Link key={id} component={RouterLink} to={`/applications/${id}/show`} sx={{ display: 'block' }}>
          {name}
        </Link>
      ))}
      {more > 0 ? `and ${more} more` : null}
    </>
  );
}
