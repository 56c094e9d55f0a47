/** One event of the audit trail that is no request: who did what, when, why and from where. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink, useParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { PageTrail } from '../layout/page-trail.js';
import { exactMoment } from '../parts/dates.js';
import { fieldLabel, fieldText } from '../parts/diff-words.js';
import { Facts, Section } from '../parts/facts.js';
import { filtered } from '../parts/list/filter-texts.js';
import { Loaded } from '../parts/load-state.js';
import { eventInWords } from './event-words.js';
import { PageTitle } from '../parts/page-title.js';

type Event = AnswerOf<'auditEvent'>;

export default function EventPage() {
  const { attemptId = '' } = useParams();
  const query = useQuery({
    queryKey: ['event', attemptId],
    queryFn: () => callRoute('auditEvent', { params: { attemptId } }),
  });
  const heading = query.data === undefined ? 'Event' : eventInWords(query.data.event);
  return (
    <Box sx={{ pt: 2 }}>
      <PageTrail list="/audit" />
      <PageTitle within="Audit trail">{heading}</PageTitle>
      <Typography variant="h1" sx={{ mb: 2 }}>
        {heading}
      </Typography>
      <Loaded query={query}>{(event) => <EventFacts {...event} />}</Loaded>
    </Box>
  );
}

function EventFacts({ at, event, actor, origin, reason, facts, faults, eventId }: Event) {
  const { actorIssuer, actorSubject, ...about } = facts;
  const identity = typeof actorSubject === 'string' ? `${actorSubject} at ${fieldText(actorIssuer)}` : null;
  return (
    <>
      <Alert severity={faults.length === 0 ? 'success' : 'error'} sx={{ mb: 2 }}>
        {faults.length === 0
          ? 'The audit chain is intact for this record.'
          : `The audit chain is broken at this record: ${faults.join('; ')}. Verify the whole trail.`}
      </Alert>
      <Section title="Event">
        <Facts
          facts={[
            ['Time', exactMoment(at)],
            ['Who', actor ?? 'Gatehouse'],
            ['Identity', identity],
            ['Reason', reason],
            ['From', origin],
            ['Event', event],
            ['Id', eventId],
          ]}
        />
      </Section>
      {Object.keys(about).length === 0 ? null : (
        <Section title="What it was about">
          <Facts
            facts={Object.entries(about).map(([name, value]) => [fieldLabel(name), factText(name, value)])}
          />
        </Section>
      )}
    </>
  );
}

/** The pages of what an event names. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  attemptId: (id) => `/requests/${id}`,
  requestId: (id) => `/requests/${id}`,
  eventId: (id) => `/audit-events/${id}`,
  changeId: (id) => `/changes/${id}/show`,
  organisation: (id) => `/organisations/${id}/show`,
  odsCode: (id) => `/organisations/${id}/show`,
  applicationId: (id) => `/applications/${id}/show`,
  userId: (userId) => filtered('/audit', { userId }),
};

function factText(name: string, value: unknown) {
  const text = fieldText(value);
  const page = PAGES[name];
  if (page === undefined || typeof value !== 'string') return text;
  return (
    <Link component={RouterLink} to={page(text)}>
      {text}
    </Link>
  );
}
