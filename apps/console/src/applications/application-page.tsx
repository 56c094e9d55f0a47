import type { AnswerOf } from '@gatehouse/contracts/routes';
import { DetailPage } from '../parts/detail-page.js';
import { Facts, Section } from '../parts/facts.js';
import { RecentHistory } from '../history/recent-history.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StopButton } from '../stops/stop-button.js';
import { factsOf } from './application-fields.js';
import { Checklist } from './checklist.js';
import { EditApplication } from './edit-application.js';

type Application = AnswerOf<'applicationShow'>;

export default function ApplicationPage() {
  return (
    <DetailPage<Application> name={({ name }) => name}>
      {(application) => (
        <>
          <Section title="Before it can go live">
            <Checklist application={application.id} />
          </Section>
          <Section title="Application">
            <Facts facts={factsOf(application)} />
            {application.state === 'retired' ? null : <EditApplication {...application} />}
            {application.state === 'retired' ? null : (
              <RouteDialog
                route="keyCreate"
                label="Create a signing key"
                fixed={{ application: application.id }}
                fields={[REASON_OPTIONAL]}
                done="The key is made. The first one of an application is active at once."
              />
            )}
            {application.state === 'live' ? (
              <StopButton target={{ kind: 'application', application: application.id }} />
            ) : null}
          </Section>
          <RecentHistory of={{ application: application.id }} />
        </>
      )}
    </DetailPage>
  );
}
