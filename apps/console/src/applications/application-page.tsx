import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Tagged } from '../api/data-provider.js';
import { useMay } from '../api/use-may.js';
import { LatestRequests } from '../audit/latest-requests.js';
import { PendingChanges } from '../changes/pending-changes.js';
import { RecentHistory } from '../history/recent-history.js';
import { Facts, Section } from '../parts/facts.js';
import { RecordPage } from '../parts/record-page.js';
import { RecordTabs } from '../parts/tabs/record-tabs.js';
import { RelatedKeys } from '../signing-keys/related-keys.js';
import { mayChangeState, StandingStop, useStandingStop } from '../stops/standing-stop.js';
import { RequestsAtStake } from '../stops/requests-at-stake.js';
import { StopButton } from '../stops/stop-button.js';
import { factsOf } from './application-fields.js';
import { Checklist } from './checklist.js';
import { CheckAssertionLink } from '../check-assertion/check-assertion-link.js';
import { ExplainLink } from '../explain/explain-link.js';
import { CreateSigningKey } from './create-signing-key.js';
import { APPLICATION_SECTION } from './step-advice.js';
import { EditApplication } from './edit-application.js';
import { RateLeft } from './rate-left.js';

type Application = AnswerOf<'applicationShow'>;

export default function ApplicationPage() {
  return (
    <RecordPage<Application> name={({ name }) => name}>
      {(application) => (
        <>
          <PendingChanges about={{ application: application.id }} />
          <Parts {...application} />
        </>
      )}
    </RecordPage>
  );
}

function Parts(application: Tagged<Application>) {
  const { id, state } = application;
  const [mayReadAudit, mayReadKeys] = [useMay('auditList'), useMay('keyList')];
  return (
    <RecordTabs
      label="Application"
      tabs={[
        {
          path: '',
          label: 'Overview',
          content: () => (
            <>
              {state === 'retired' ? null : (
                <Section title="Checklist">
                  <Checklist {...application} />
                </Section>
              )}
              <ApplicationSection {...application} />
            </>
          ),
        },
        ...(mayReadAudit
          ? [
              {
                path: 'requests',
                label: 'Requests',
                content: () => <LatestRequests filter={{ applicationId: id }} />,
              },
            ]
          : []),
        ...(mayReadKeys
          ? [{ path: 'keys', label: 'Keys', content: () => <RelatedKeys filter={{ application: id }} /> }]
          : []),
        {
          path: 'history',
          label: 'History',
          content: () => <RecentHistory filter={{ application: id }} />,
        },
      ]}
    />
  );
}

function ApplicationSection(application: Tagged<Application>) {
  const { id, name, environment, organisations, state } = application;
  const stop = useStandingStop({ kind: 'application', target: id }, state);
  return (
    <Section title="Application" id={APPLICATION_SECTION}>
      <StandingStop query={stop} />
      <Facts facts={factsOf(application)} />
      {state === 'live' ? <RateLeft id={id} /> : null}
      {state === 'retired' ? null : (
        <>
          <EditApplication application={application} mayChangeState={mayChangeState(stop)} />
          <CreateSigningKey applicationId={id} />
          <CheckAssertionLink applicationId={id} />
          <ExplainLink environment={environment} organisation={organisations[0] ?? null} />
        </>
      )}
      {state === 'live' ? (
        <StopButton
          body={{ kind: 'application', application: id }}
          target={{
            name,
            environments: [environment],
            effect: 'Every request under this application is rejected from now on.',
            atStake: <RequestsAtStake of="application" id={id} />,
          }}
        />
      ) : null}
    </Section>
  );
}
