import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { Section } from '../parts/facts.js';
import { REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

export function DecideChange({ id, diffHash }: Pick<AnswerOf<'changeShow'>, 'id' | 'diffHash'>) {
  const params = { id };
  return (
    <Section title="Decision">
      <Typography sx={{ mb: 1 }}>
        If you approve this change, Gatehouse makes exactly the change shown above. The person who requested
        it cannot approve it, but can withdraw it.
      </Typography>
      <RouteDialog
        route="changeApprove"
        label="Approve"
        params={params}
        fixed={{ diffHash }}
        fields={[REASON_REQUIRED]}
        done="Change approved and made."
      />
      <RouteDialog
        route="changeReject"
        label="Reject"
        params={params}
        fields={[REASON_REQUIRED]}
        danger
        done="Change rejected."
      />
      <RouteDialog
        route="changeWithdraw"
        label="Withdraw"
        params={params}
        fields={[REASON_OPTIONAL]}
        done="Change withdrawn."
      />
    </Section>
  );
}
