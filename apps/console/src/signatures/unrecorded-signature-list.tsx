import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box } from '@mui/material';
import { shortMoment, NONE } from '../parts/dates.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { SelectInput } from '../parts/list/lazy-filters.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { PageLink } from '../parts/page-link.js';
import { ownerPage } from '../signing-keys/key-owner.js';

type Signatures = AnswerOf<'unrecordedSignatureList'>['items'][number];

/** What KMS signed and no process of Gatehouse has recorded, and what people found out about it. */
export default function UnrecordedSignatureList() {
  return (
    <RegisterList<Signatures>
      title="Unrecorded signatures"
      filters={[
        <SelectInput
          key="only"
          source="only"
          label="Show"
          choices={[{ id: 'unreviewed', name: 'To review' }]}
          alwaysOn
        />,
      ]}
      rowActions={(signatures) => <Review {...signatures} />}
      empty={
        <NextStep
          text="No signature without a record was found. Gatehouse reads the log of AWS KMS only where GATEHOUSE_CLOUDTRAIL is set."
          route="keyList"
          to="/signing-keys"
          link="Open the signing keys"
          command="gatehouse signatures unrecorded"
        />
      }
      columns={[
        { label: 'Key', value: ({ key, signingKey }) => nameOf(key, signingKey) },
        { label: 'Signatures', value: ({ count }) => String(count) },
        {
          label: 'When',
          value: ({ firstAt, lastAt }) =>
            firstAt === lastAt ? shortMoment(firstAt) : `${shortMoment(firstAt)} to ${shortMoment(lastAt)}`,
        },
        { label: 'Made for', value: ({ callers }) => <Breaking>{callers.join(', ')}</Breaking> },
        { label: 'Found', value: ({ foundAt }) => shortMoment(foundAt) },
        {
          label: 'Review',
          value: ({ reviewedBy, reviewNote }) =>
            reviewedBy === null ? NONE : `${reviewedBy}: ${reviewNote ?? ''}`,
        },
      ]}
    />
  );
}

/** An ARN is a long word, and the button at the end of its row must not be pushed out of sight. */
function Breaking({ children }: { readonly children: string }) {
  return (
    <Box component="span" sx={{ overflowWrap: 'anywhere' }}>
      {children}
    </Box>
  );
}

function nameOf(key: string, signingKey: Signatures['signingKey']) {
  if (signingKey === null) return <Breaking>{key}</Breaking>;
  return <PageLink to={ownerPage(signingKey.owner)}>{signingKey.kid}</PageLink>;
}

function Review({ id, reviewedAt }: Signatures) {
  if (reviewedAt !== null) return null;
  return (
    <RouteDialog
      route="unrecordedSignatureReview"
      label="Review"
      params={{ id }}
      intro="This ends the alarm of these signatures. If KMS makes another that nobody records, the alarm is raised again. If somebody else may use the key, disable it first."
      fields={[{ ...REASON_REQUIRED, label: 'What you found out' }]}
      done="Review recorded."
    />
  );
}
