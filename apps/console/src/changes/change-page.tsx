import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { Moment } from '../parts/time/moment.js';
import { EnvironmentTags } from '../environments/environment-tag.js';
import { Diff } from '../parts/diff.js';
import { Facts, Section } from '../parts/facts.js';
import { RecordPage } from '../parts/record-page.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { DecideChange } from './decide-change.js';
import { rolesThatDecide } from './deciders.js';
import { ChangeSummary } from './summary.js';

type Change = AnswerOf<'changeShow'>;

/** One change: who requested it, what it would write, and who decides. */
export default function ChangePage() {
  return (
    <RecordPage<Change> name={({ rules }) => `Change: ${rules.join(', ')}`} hasMoreThanItsList>
      {(change) => (isWhole(change) ? <WholeChange {...change} /> : null)}
    </RecordPage>
  );
}

/** What is known from a list has no rows; it is there until the change itself is loaded. */
const isWhole = (change: Partial<Change>): boolean => change.diff !== undefined;

function WholeChange(change: Change) {
  return (
    <>
      <Section title={change.state === 'pending' ? 'What would happen' : 'What was requested'}>
        <ChangeSummary {...change} />
        <RevealedRequest {...change} />
      </Section>
      <Section title="Request">
        <Facts
          facts={[
            ['State', <StateTag key="state" state={change.state} />],
            ['Requested by', change.requestedBy],
            ['Reason', change.reason],
            ['Requested', <Moment key="requestedAt" at={change.requestedAt} />],
            ['Expires', <Moment key="expiresAt" at={change.expiresAt} />],
            ['Who can approve', rolesThatDecide(change)],
            [
              'Environments',
              change.environments.length === 0 ? (
                'Every environment'
              ) : (
                <EnvironmentTags key="environments" environments={change.environments} />
              ),
            ],
            ['Organisations', <OrganisationLinks key="organisations" odsCodes={change.organisations} />],
            ['Decided by', change.decidedBy],
            ['Reason for the decision', change.decisionReason],
          ]}
        />
      </Section>
      <Section title="Every field">
        <Diff rows={change.diff} things={change.things} />
      </Section>
      {change.state === 'pending' ? <DecideChange {...change} /> : null}
    </>
  );
}

/** Where the change would reveal a patient's identifier: the request in the audit trail that names the patient. */
function RevealedRequest({ diff }: Pick<Change, 'diff'>) {
  const attemptId = diff[0]?.after?.['attempt_id'];
  if (typeof attemptId !== 'string') return null;
  return (
    <Link component={RouterLink} to={`/requests/${attemptId}`}>
      View the request it is about
    </Link>
  );
}
