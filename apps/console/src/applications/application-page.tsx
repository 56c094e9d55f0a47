import type { AnswerOf } from '@gatehouse/contracts/routes';
import { RecentHistory } from '../history/recent-history.js';
import { Facts, Section } from '../parts/facts.js';
import { RecordPage } from '../parts/record-page.js';
import { StopButton } from '../stops/stop-button.js';
import { factsOf } from './application-fields.js';
import { Checklist } from './checklist.js';
import { CreateSigningKey } from './create-signing-key.js';
import { EditApplication } from './edit-application.js';

type Application = AnswerOf<'applicationShow'>;

export default function ApplicationPage() {
  return (
    <RecordPage<Application> name={({ name }) => name}>
      {(application) => (
        <>
          <Section title="Before it can go live">
            <Checklist applicationId={application.id} />
          </Section>
          <Section title="Application">
            <Facts facts={factsOf(application)} />
            {application.state === 'retired' ? null : (
              <>
                <EditApplication {...application} />
                <CreateSigningKey applicationId={application.id} />
              </>
            )}
            {application.state === 'live' ? (
              <StopButton target={{ kind: 'application', application: application.id }} />
            ) : null}
          </Section>
          <RecentHistory filter={{ application: application.id }} />
        </>
      )}
    </RecordPage>
  );
}
