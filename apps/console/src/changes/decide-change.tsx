import { type PartInChange, partIn } from '@gatehouse/contracts/governance/part-in-change';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useSession } from '../api/use-session.js';
import { Section } from '../parts/facts.js';
import { REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { rolesThatDecide } from './deciders.js';

type Change = AnswerOf<'changeShow'>;

/** The person who requested it may withdraw it, and somebody else decides. */
export function DecideChange(change: Change) {
  const session = useSession();
  if (session === undefined) return null;
  const part = partIn(change, session, Date.now());
  return (
    <Section title="Decision">
      <Typography sx={{ mb: 1 }}>{explanationFor(part, change)}</Typography>
      {part === 'requester' ? <Withdraw {...change} /> : null}
      {part === 'decider' ? <Decide {...change} /> : null}
    </Section>
  );
}

function explanationFor(part: PartInChange, change: Change): string {
  switch (part) {
    case 'requester':
      return 'You requested this change, so a colleague with the right role must decide it. Until then you can withdraw it.';
    case 'decider':
      if (change.action === 'impactPlanRequest')
        return 'If you approve this plan, a colleague can carry out its steps, each exactly as shown above. Nothing changes at once.';
      return 'If you approve this change, Gatehouse makes exactly the change shown above.';
    case 'reader':
      return `Your roles do not let you decide this change. Who can approve it: ${rolesThatDecide(change)}.`;
  }
}

function Withdraw({ id }: Change) {
  return (
    <RouteDialog
      route="changeWithdraw"
      label="Withdraw"
      params={{ id }}
      fields={[REASON_OPTIONAL]}
      done="Change withdrawn."
    />
  );
}

function Decide({ id, action, diffHash, environments }: Change) {
  return (
    <>
      <RouteDialog
        route="changeApprove"
        label="Approve"
        environments={environments}
        params={{ id }}
        fixed={{ diffHash }}
        fields={[REASON_REQUIRED]}
        done={
          action === 'impactPlanRequest'
            ? 'Plan approved. Its steps are carried out under “Event plans”.'
            : 'Change approved and made.'
        }
      />
      <RouteDialog
        route="changeReject"
        label="Reject"
        environments={environments}
        params={{ id }}
        fields={[REASON_REQUIRED]}
        danger
        done="Change rejected."
      />
    </>
  );
}
