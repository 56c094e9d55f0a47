import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { PageLink } from '../parts/page-link.js';
import { RecordPage } from '../parts/record-page.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { Deliveries } from './deliveries.js';
import { labelOf } from './labels.js';
import { useReadOnceShown } from './use-bell.js';

type Notice = AnswerOf<'ownNoticeShow'>;

/** What happened, what to do, and where the notice was sent. */
export default function NoticePage() {
  return (
    <RecordPage<Notice> name={({ title }) => title}>{(notice) => <ShownNotice {...notice} />}</RecordPage>
  );
}

function ShownNotice(notice: Notice) {
  const { kind, body, whatToDo, path, organisations, createdAt, deliveries } = notice;
  useReadOnceShown(notice);
  return (
    <>
      <Section title="What to do">
        {body === '' ? null : <Typography sx={{ mb: 1, whiteSpace: 'pre-line' }}>{body}</Typography>}
        <Typography sx={{ mb: 1, whiteSpace: 'pre-line' }}>{whatToDo}</Typography>
        <PageLink to={path}>Open what it is about</PageLink>
      </Section>
      <Section title="About this notice">
        <Facts
          facts={[
            ['Kind', labelOf(kind)],
            [
              'Organisations',
              organisations.length === 0 ? 'All' : <OrganisationLinks key="all" odsCodes={organisations} />,
            ],
            ['Written', <Moment key="createdAt" at={createdAt} />],
          ]}
        />
      </Section>
      <Section title="Where it was sent">
        <Deliveries deliveries={deliveries} />
      </Section>
    </>
  );
}
