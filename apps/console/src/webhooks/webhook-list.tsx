import { NOTICE_LABELS } from '@gatehouse/contracts/operation/own-notice-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { labelOf } from '../notices/labels.js';
import { shortMoment } from '../parts/dates.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { WebhookSecret } from './webhook-secret.js';

type Webhook = AnswerOf<'webhookList'>['items'][number];

/** Where notices go besides people. */
export default function WebhookList() {
  return (
    <RegisterList<Webhook>
      title="Webhooks"
      actions={
        <RouteDialog
          route="webhookCreate"
          label="Create a webhook"
          intro="Its messages are signed with a secret, by the rules of Standard Webhooks. The secret is shown once."
          fields={[
            {
              name: 'url',
              label: 'URL',
              required: true,
              help: 'Begins with https://, at a host that GATEHOUSE_WEBHOOK_HOSTS lists',
            },
            {
              name: 'kinds',
              label: 'Kinds of notices',
              kind: 'list',
              required: true,
              choices: NOTICE_LABELS.map(({ kind }) => kind),
            },
            { ...REASON_REQUIRED, help: 'Kept in the audit trail' },
          ]}
          done="Webhook created."
          result={(answer) => <WebhookSecret secret={(answer as AnswerOf<'webhookCreate'>).secret} />}
        />
      }
      href={(id) => `/webhooks/${id}/show`}
      empty={
        <NextStep
          text="No webhook receives notices. A chat room or a pager can receive them at once."
          route="webhookCreate"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Create a webhook”"
          command="gatehouse webhooks create"
        />
      }
      columns={[
        { label: 'URL', value: ({ url }) => url },
        { label: 'Kinds', value: ({ kinds }) => kinds.map(labelOf).join(', ') },
        {
          label: 'State',
          value: ({ endedAt }) => <StateTag state={endedAt === null ? 'active' : 'ended'} />,
        },
        { label: 'Created by', value: ({ createdBy }) => createdBy },
        { label: 'Created', value: ({ createdAt }) => shortMoment(createdAt) },
      ]}
    />
  );
}
