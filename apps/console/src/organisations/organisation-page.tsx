import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import type { ConsoleRecord, Tagged } from '../api/data-provider.js';
import { PendingChanges } from '../changes/pending-changes.js';
import { useMay } from '../api/use-may.js';
import { LatestRequests } from '../audit/latest-requests.js';
import { EvidenceLink } from '../evidence/evidence-link.js';
import { RecentHistory } from '../history/recent-history.js';
import { ImpactLink } from '../impact/impact-link.js';
import { day } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { filtered } from '../parts/list/filter-texts.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { RecordPage } from '../parts/record-page.js';
import { RecordTabs } from '../parts/tabs/record-tabs.js';
import { counted } from '../parts/words.js';
import { StateTag } from '../parts/state-tag.js';
import { RelatedKeys } from '../signing-keys/related-keys.js';
import { mayChangeState, StandingStop, useStandingStop } from '../stops/standing-stop.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { StopButton } from '../stops/stop-button.js';
import { OrganisationRetention } from '../trail/organisation-retention.js';
import { EditOrganisation } from './edit-organisation.js';
import { OrganisationTraffic } from './organisation-traffic.js';
import { PublishedRemark } from './published-remark.js';
import { RelatedRecords } from './related-records.js';

type Organisation = AnswerOf<'organisationShow'>;
type Application = AnswerOf<'applicationsList'>['items'][number];
type Client = AnswerOf<'clientsList'>['items'][number] & ConsoleRecord;
type Sro = AnswerOf<'sroList'>['items'][number];

/** One organisation: its applications, its senior responsible owner, its clients, traffic and history. */
export default function OrganisationPage() {
  return (
    <RecordPage<Organisation> name={({ odsCode, name }) => `${name} (${odsCode})`}>
      {(organisation) => (
        <>
          <PendingChanges about={{ organisation: organisation.odsCode }} />
          <Parts {...organisation} />
        </>
      )}
    </RecordPage>
  );
}

function Parts(organisation: Tagged<Organisation>) {
  const { odsCode } = organisation;
  const [mayReadAudit, mayReadKeys] = [useMay('auditList'), useMay('keyList')];
  return (
    <RecordTabs
      label="Organisation"
      prints
      tabs={[
        {
          path: '',
          label: 'Overview',
          content: () => (
            <>
              <OrganisationSection {...organisation} />
              <Applications odsCode={odsCode} />
              <Sros odsCode={odsCode} />
              <Clients odsCode={odsCode} />
              <OrganisationRetention odsCode={odsCode} />
            </>
          ),
        },
        {
          path: 'requests',
          label: 'Requests',
          content: () => (
            <>
              <OrganisationTraffic odsCode={odsCode} />
              {mayReadAudit ? <LatestRequests filter={{ organisation: odsCode }} /> : null}
            </>
          ),
        },
        ...(mayReadKeys
          ? [
              {
                path: 'keys',
                label: 'Keys',
                content: () => <RelatedKeys filter={{ organisation: odsCode }} />,
              },
            ]
          : []),
        {
          path: 'history',
          label: 'History',
          content: () => <RecentHistory filter={{ organisation: odsCode }} />,
        },
      ]}
    />
  );
}

function OrganisationSection(organisation: Tagged<Organisation>) {
  const { odsCode, name, state, applications, sroReviewDueOn } = organisation;
  const stop = useStandingStop({ kind: 'organisation', target: odsCode }, state);
  return (
    <Section title="Organisation">
      <StandingStop query={stop} />
      {state === 'retired' ? null : <PublishedRemark odsCode={odsCode} />}
      <Facts
        facts={[
          ['State', <StateTag key="state" state={state} />],
          ['SRO review due', day(sroReviewDueOn)],
        ]}
      />
      <EditOrganisation organisation={organisation} mayChangeState={mayChangeState(stop)} />
      {state === 'retired' ? null : (
        <>
          <ImpactLink event={{ kind: 'organisation-closes', odsCode }}>
            Show the impact of its closing
          </ImpactLink>
          <Link component={RouterLink} to={`/onboarding?organisation=${odsCode}`} sx={{ mx: 1 }}>
            Onboard an application
          </Link>
        </>
      )}
      <EvidenceLink odsCode={odsCode} />
      {state === 'active' ? (
        <StopButton
          body={{ kind: 'organisation', organisation: odsCode }}
          target={{
            name: `${name} (${odsCode})`,
            environments: [],
            effect: `In every environment, every request for this organisation is rejected from now on. It has ${counted(applications, 'application')}.`,
            atStake: <RequestsAtStake of="organisation" id={odsCode} />,
          }}
        />
      ) : null}
    </Section>
  );
}

interface OfOrganisation {
  readonly odsCode: string;
}

function Applications({ odsCode }: OfOrganisation) {
  return (
    <Section title="Applications">
      <RelatedRecords<Application>
        resource="applications"
        odsCode={odsCode}
        empty={
          <NextStep
            text="This organisation has no applications yet."
            route="registryApply"
            to={`/onboarding?organisation=${odsCode}`}
            link="Onboard one"
            command="gatehouse apply FILE"
          />
        }
        row={({ id, name, state }) => (
          <>
            <Link component={RouterLink} to={`/applications/${id}/show`} sx={{ mr: 1 }}>
              {name}
            </Link>
            <StateTag state={state} />
          </>
        )}
      />
    </Section>
  );
}

function Sros({ odsCode }: OfOrganisation) {
  return (
    <Section title="Senior responsible owner">
      <RelatedRecords<Sro>
        resource="sro-appointments"
        odsCode={odsCode}
        empty={
          <NextStep
            text="Nobody is appointed. Application-restricted requests are rejected until an SRO is appointed and has accepted."
            route="sroAppoint"
            to="/sro-appointments"
            link="Appoint an SRO"
            command="gatehouse sro appoint"
          />
        }
        row={({ name, jobTitle, state, reviewDueOn }) => (
          <>
            <PageLink to={filtered('/sro-appointments', { organisation: odsCode })}>{name}</PageLink>,{' '}
            {jobTitle}, review due {day(reviewDueOn)}&nbsp; <StateTag state={state} />
          </>
        )}
      />
    </Section>
  );
}

function Clients({ odsCode }: OfOrganisation) {
  return (
    <Section title="Clients">
      <RelatedRecords<Client>
        resource="clients"
        odsCode={odsCode}
        empty={
          <NextStep
            text="No client has a grant for this organisation."
            route="registryApply"
            to="/clients"
            link="Create a client or add a grant to one"
            command="gatehouse apply FILE"
          />
        }
        row={({ id, name, environment, state }) => (
          <>
            <Link component={RouterLink} to={`/clients/${encodeURIComponent(id)}/show`} sx={{ mr: 1 }}>
              {name} ({environment})
            </Link>
            <StateTag state={state} />
          </>
        )}
      />
    </Section>
  );
}
