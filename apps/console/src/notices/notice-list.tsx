import { NOTICE_LABELS } from '@gatehouse/contracts/operation/own-notice-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Button } from '@mui/material';
import { useListContext, useRefresh } from 'react-admin';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { shortMoment } from '../parts/dates.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { StateTag } from '../parts/state-tag.js';
import { labelOf } from './labels.js';
import { useMarkRead } from './use-bell.js';

type Notice = AnswerOf<'ownNoticeList'>['items'][number];

/** What a person was notified of, whether or not they also receive it by email. */
export default function NoticeList() {
  return (
    <RegisterList<Notice>
      title="Notices"
      total={{ route: 'ownNoticeTotal', one: 'notice' }}
      filters={[
        <SelectInput
          key="kind"
          source="kind"
          label="Kind"
          choices={NOTICE_LABELS.map(({ kind, label }) => ({ id: kind, name: label }))}
          alwaysOn
        />,
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[{ id: 'unread', name: 'Unread' }]}
          alwaysOn
        />,
      ]}
      actions={<Actions />}
      href={(id) => `/notices/${id}/show`}
      empty="Nothing has happened yet of which you would be notified."
      columns={[
        { label: 'Notice', value: ({ title }) => title },
        { label: 'Kind', value: ({ kind }) => labelOf(kind) },
        { label: 'Organisations', value: ({ organisations }) => organisationsText(organisations) },
        { label: 'Written', value: ({ createdAt }) => shortMoment(createdAt) },
        { label: 'State', value: ({ readAt }) => <StateTag state={readAt === null ? 'unread' : 'read'} /> },
      ]}
    />
  );
}

const MOST_NAMED = 3;

const organisationsText = (odsCodes: readonly string[]): string =>
  odsCodes.length === 0
    ? 'All'
    : odsCodes.length <= MOST_NAMED
      ? odsCodes.join(', ')
      : `${odsCodes.slice(0, MOST_NAMED).join(', ')} and ${odsCodes.length - MOST_NAMED} more`;

function Actions() {
  const mayOpenWebhooks = useMay('webhookList');
  return (
    <>
      <MarkPageRead />
      <Button size="small" variant="outlined" component={Link} to="/notice-choices" sx={{ m: 0.25 }}>
        Choose emails
      </Button>
      {mayOpenWebhooks ? (
        <Button size="small" variant="outlined" component={Link} to="/webhooks" sx={{ m: 0.25 }}>
          Webhooks
        </Button>
      ) : null}
    </>
  );
}

function MarkPageRead() {
  const { data = [] } = useListContext<Notice>();
  const [markRead, refresh] = [useMarkRead(), useRefresh()];
  const unread = data.filter(({ readAt }) => readAt === null).map(({ id }) => id);
  if (unread.length === 0) return null;
  return (
    <Button
      size="small"
      variant="outlined"
      sx={{ m: 0.25 }}
      onClick={() => void markRead(unread).then(refresh)}
    >
      Mark this page as read
    </Button>
  );
}
