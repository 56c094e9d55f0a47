import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { Diff } from '../parts/diff.js';
import { moment } from '../parts/day.js';
import { DetailPage } from '../parts/detail-page.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_NEEDED, REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type Change = AnswerOf<'changeList'>['items'][number];

/** One change: what it would write, and who decides. */
export default function ChangePage() {
  return (
    <DetailPage<Change> name={({ rules }) => `Change: ${rules.join(', ')}`}>
      {(change) => (
        <>
          <Section title="The request">
            <Facts
              facts={[
                ['State', <StateChip key="state" state={change.state} />],
                ['Asked by', change.requestedBy],
                ['Reason', change.reason],
                ['Asked', moment(change.requestedAt)],
                ['Decide until', moment(change.expiresAt)],
                ['Who decides', change.deciders.map((roles) => roles.join(' or ')).join('; and ')],
                ['Organisations', change.organisations.join(', ') || null],
                ['Decided by', change.decidedBy],
                ['Why', change.decisionReason],
              ]}
            />
          </Section>
          <Section title="What it changes">
            <Diff rows={change.diff} />
            <ItsRequest {...change} />
          </Section>
          {change.state === 'pending' ? <Decide {...change} /> : null}
        </>
      )}
    </DetailPage>
  );
}

/** Of a request to see a patient's identifier: the request of the trail that it is about. */
function ItsRequest({ diff }: Change) {
  const attemptId = diff[0]?.after?.['attempt_id'];
  if (typeof attemptId !== 'string') return null;
  return (
    <Link component={RouterLink} to={`/requests/${attemptId}`}>
      The request it is about
    </Link>
  );
}

function Decide({ id, diffHash }: Change) {
  const params = { id };
  return (
    <Section title="Decide">
      <Typography sx={{ mb: 1 }}>
        Approving carries out exactly what is shown above. Whoever asked can’t approve; they can withdraw.
      </Typography>
      <RouteDialog
        route="changeApprove"
        label="Approve"
        params={params}
        fixed={{ diffHash }}
        fields={[REASON_NEEDED]}
        done="Approved and done."
      />
      <RouteDialog
        route="changeReject"
        label="Reject"
        params={params}
        fields={[REASON_NEEDED]}
        danger
        done="Rejected."
      />
      <RouteDialog
        route="changeWithdraw"
        label="Withdraw"
        params={params}
        fields={[REASON_OPTIONAL]}
        done="Withdrawn."
      />
    </Section>
  );
}
