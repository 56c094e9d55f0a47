import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { PageLink } from '../parts/page-link.js';
import { RecordPage } from '../parts/record-page.js';
import { ownerPage } from '../signing-keys/key-owner.js';
import { EmergencyFacts } from './emergency-facts.js';
import { Review } from './key-emergency-list.js';

type Emergency = AnswerOf<'keyEmergencyShow'>;

/** One key that was disabled in an emergency: what was done, what stays exposed, and the review. */
export default function KeyEmergencyPage() {
  return (
    <RecordPage<Emergency> name={({ kid }) => `Emergency: key ${kid}`}>
      {(emergency) => (
        <>
          <Section title="What happened">
            <Facts
              facts={[
                ['What happened', emergency.reason],
                [
                  'Owner',
                  <PageLink key="owner" to={ownerPage(emergency.owner)}>
                    {emergency.owner.name}
                  </PageLink>,
                ],
                ['Disabled by', emergency.disabledBy],
                ['Disabled', <Moment key="disabledAt" at={emergency.disabledAt} />],
                ['Reviewed by', emergency.reviewedBy],
                ['Finding', emergency.reviewNote],
              ]}
            />
            <Review {...emergency} />
          </Section>
          <Section title="What to do now">
            <EmergencyFacts {...emergency} />
          </Section>
        </>
      )}
    </RecordPage>
  );
}
