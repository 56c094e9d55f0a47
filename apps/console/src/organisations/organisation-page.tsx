import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Link, List, ListItem, Typography } from '@mui/material';
import { type ReactNode, useState } from 'react';
import { useGetManyReference } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import type { ConsoleRecord } from '../api/data-provider.js';
import { day } from '../parts/day.js';
import { DetailPage } from '../parts/detail-page.js';
import { Facts, Section } from '../parts/facts.js';
import { RecentHistory } from '../history/recent-history.js';
import { StateChip } from '../parts/state-chip.js';
import { StopButton } from '../stops/stop-button.js';
import { OrganisationTraffic } from './organisation-traffic.js';
import { EditOrganisation } from './edit-organisation.js';

type Organisation = AnswerOf<'organisationShow'>;
type Application = AnswerOf<'applicationsList'>['items'][number];
type Client = AnswerOf<'clientsList'>['items'][number] & ConsoleRecord;
type Sro = AnswerOf<'sroList'>['items'][number];

/** The hub of one organisation: what it has, who answers for it, who uses it, and what became of that. */
export default function OrganisationPage() {
  return (
    <DetailPage<Organisation> name={({ odsCode, name }) => `${name} (${odsCode})`}>
      {(organisation) => {
        const { odsCode, state, sroReviewDueOn } = organisation;
        return (
          <>
            <Section title="Organisation">
              <Facts
                facts={[
                  ['State', <StateChip key="state" state={state} />],
                  ['SRO review due', day(sroReviewDueOn)],
                ]}
              />
              <EditOrganisation {...organisation} />
              {state === 'active' ? (
                <StopButton target={{ kind: 'organisation', organisation: odsCode }} />
              ) : null}
            </Section>
            <Section title="Applications">
              <Related<Application>
                resource="applications"
                odsCode={odsCode}
                none="None. Add one to the registry file and run “gatehouse apply FILE”."
                row={({ id, name, state: each }) => (
                  <>
                    <Link component={RouterLink} to={`/applications/${id}/show`} sx={{ mr: 1 }}>
                      {name}
                    </Link>
                    <StateChip state={each} />
                  </>
                )}
              />
            </Section>
            <Section title="Senior responsible owner">
              <Related<Sro>
                resource="sro-appointments"
                odsCode={odsCode}
                none="None: application-restricted requests are refused until one is appointed and has accepted."
                row={({ name, jobTitle, state: each, reviewDueOn }) => (
                  <>
                    {name}, {jobTitle}, review due {day(reviewDueOn)}&nbsp; <StateChip state={each} />
                  </>
                )}
              />
            </Section>
            <Section title="Clients">
              <Related<Client>
                resource="clients"
                odsCode={odsCode}
                none="No client is granted anything of this organisation."
                row={({ id, name, environment, state: each }) => (
                  <>
                    <Link
                      component={RouterLink}
                      to={`/clients/${encodeURIComponent(id)}/show`}
                      sx={{ mr: 1 }}
                    >
                      {name} ({environment})
                    </Link>
                    <StateChip state={each} />
                  </>
                )}
              />
            </Section>
            <OrganisationTraffic odsCode={odsCode} />
            <RecentHistory of={{ organisation: odsCode }} />
            <Section title="Requests">
              <Link
                component={RouterLink}
                to={`/audit?filter=${encodeURIComponent(JSON.stringify({ organisation: odsCode }))}`}
              >
                Audit rows of {odsCode}
              </Link>
            </Section>
          </>
        );
      }}
    </DetailPage>
  );
}

interface RelatedProps<T> {
  readonly resource: string;
  readonly odsCode: string;
  readonly none: string;
  readonly row: (item: T) => ReactNode;
}

function Related<T>({ resource, odsCode, none, row }: RelatedProps<T>) {
  const [page, setPage] = useState(1);
  const { data, error, pageInfo } = useGetManyReference<ConsoleRecord>(resource, {
    target: 'organisation',
    id: odsCode,
    pagination: { page, perPage: 25 },
    sort: { field: 'id', order: 'ASC' },
  });
  if (error) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Loading …</Typography>;
  if (data.length === 0) return <Typography>{none}</Typography>;
  return (
    <>
      <List dense disablePadding>
        {data.map((item) => (
          <ListItem key={item.id} disableGutters>
            <span>{row(item as unknown as T)}</span>
          </ListItem>
        ))}
      </List>
      {page > 1 || pageInfo?.hasNextPage === true ? (
        <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
          <Button
            disabled={page === 1}
            onClick={() => {
              setPage(page - 1);
            }}
          >
            Previous
          </Button>
          <span aria-live="polite">Page {page}</span>
          <Button
            disabled={pageInfo?.hasNextPage !== true}
            onClick={() => {
              setPage(page + 1);
            }}
          >
            Next
          </Button>
        </Box>
      ) : null}
    </>
  );
}
