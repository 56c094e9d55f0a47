import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TextInput, useListContext } from 'react-admin';
import { PendingChanges } from '../changes/pending-changes.js';
import { shortMoment, NONE } from '../parts/dates.js';
import { REASON_OPTIONAL, REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { OrganisationLinks } from '../parts/thing-link.js';
import { ownerPage } from '../signing-keys/key-owner.js';

type Deletion = AnswerOf<'keyDeletionList'>['items'][number];

const STATES: Readonly<Record<Deletion['state'], string>> = {
  listed: 'To be decided',
  struck: 'Struck off',
  approved: 'Approved',
  scheduled: 'Pending deletion',
  dropped: 'In use again',
  cancelled: 'Deletion cancelled',
};

export default function KeyDeletionList() {
  return (
    <RegisterList<Deletion>
      title="Key deletions"
      above={<PendingChanges about={{ table: 'signing_key' }} />}
      filters={[<TextInput key="month" source="month" label="Month, such as 2026-11" />]}
      actions={<Approve />}
      rowActions={({ month, kid, state }) => {
        if (state === 'listed')
          return (
            <RouteDialog
              route="keyDeletionStrike"
              label="Strike off"
              params={{ month, kid }}
              intro="The key stays in AWS KMS, disabled. Next month’s list proposes it again."
              fields={[{ ...REASON_REQUIRED, label: 'Why it must stay' }]}
              done="Key struck off."
            />
          );
        if (state !== 'approved' && state !== 'scheduled') return null;
        return (
          <RouteDialog
            route="keyDeletionCancel"
            label="Cancel deletion"
            params={{ month, kid }}
            intro="One person may do this until AWS KMS has deleted the key. It stays disabled."
            fields={[{ ...REASON_REQUIRED, label: 'Why it must stay' }]}
            done="Deletion cancelled. A worker takes it back in AWS KMS within a minute or so."
          />
        );
      }}
      empty={
        <NextStep
          text="No signing keys are proposed for deletion. Once a month Gatehouse lists those that are disabled in AWS KMS."
          route="keyList"
          to="/signing-keys"
          link="Open the signing keys"
          command="gatehouse keys deletions list"
        />
      }
      columns={[
        { label: 'Key id', value: ({ kid }) => kid },
        { label: 'Owner', value: ({ owner }) => <PageLink to={ownerPage(owner)}>{owner.name}</PageLink> },
        {
          label: 'Organisations',
          value: ({ organisations }) => <OrganisationLinks odsCodes={organisations} />,
        },
        { label: 'Disabled since', value: ({ disabledAt }) => shortMoment(disabledAt) },
        { label: 'Signed until', value: ({ signedUntil }) => shortMoment(signedUntil) },
        {
          label: 'Last signature',
          value: ({ lastSignedAt }) =>
            lastSignedAt === null ? 'None in the trail' : shortMoment(lastSignedAt),
        },
        { label: 'State', value: ({ state }) => STATES[state] },
        { label: 'Deleted on', value: ({ deletesAt }) => shortMoment(deletesAt) },
        {
          label: 'Why it stays',
          value: ({ reason, decidedBy }) => (reason === null ? NONE : `${decidedBy ?? ''}: ${reason}`),
        },
      ]}
    />
  );
}

/** Of the list that is shown, if anything is left on it. */
function Approve() {
  const { data } = useListContext<Deletion & { readonly id: string }>();
  const [first] = data ?? [];
  if (first === undefined) return null;
  return (
    <RouteDialog
      route="keyDeletionApprove"
      label="Request deletion"
      params={{ month: first.month }}
      intro="Where an environment has four eyes, a colleague approves it. AWS KMS then deletes every key that is left on the list after 30 days; until that day each deletion can be cancelled."
      fields={[REASON_OPTIONAL]}
      danger
      done="Deletion approved. A worker schedules it in AWS KMS, 30 days ahead."
    />
  );
}
