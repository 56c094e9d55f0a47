import type { AnswerOf } from '@gatehouse/contracts/routes';
import { FORMER_SECRET_HOURS } from '@gatehouse/contracts/operation/webhook-routes';
import { Box, Typography } from '@mui/material';
import { labelOf } from '../notices/labels.js';
import { RetryDelivery } from '../notices/retry-delivery.js';
import { moment, shortMoment } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { RecordPage } from '../parts/record-page.js';
import { StateTag } from '../parts/state-tag.js';
import { counted } from '../parts/words.js';
import { WebhookSecret } from './webhook-secret.js';

type Webhook = AnswerOf<'webhookShow'>;
type Delivery = Webhook['deliveries'][number];

const REASON = [{ ...REASON_REQUIRED, help: 'Kept in the audit trail' }];

/** A webhook, what it was sent, and what can be done about it. */
export default function WebhookPage() {
  return (
    <RecordPage<Webhook> name={({ url }) => `Webhook to ${url}`}>
      {({ id, kinds, createdBy, createdAt, endedAt, formerSecretUntil, deliveries }) => (
        <>
          <Section title="Receiver">
            <Facts
              facts={[
                ['State', <StateTag key="state" state={endedAt === null ? 'active' : 'ended'} />],
                ['Kinds of notices', kinds.map(labelOf).join(', ')],
                ['Created by', createdBy],
                ['Created', <Moment key="created" at={createdAt} />],
                ['Ended', <Moment key="ended" at={endedAt} />],
                [
                  'Secret',
                  formerSecretUntil === null
                    ? null
                    : `Replaced. Messages are signed with both the old and the new secret until ${moment(formerSecretUntil)}.`,
                ],
              ]}
            />
            {endedAt === null ? <Actions id={id} formerSecretUntil={formerSecretUntil} /> : null}
          </Section>
          <Section title="Last deliveries">
            {deliveries.length === 0 ? (
              <Typography>Nothing was sent yet. Send a test.</Typography>
            ) : (
              <Facts
                facts={deliveries.map((delivery) => [
                  shortMoment(delivery.createdAt),
                  <DeliveryState key={delivery.id} {...delivery} />,
                ])}
              />
            )}
          </Section>
        </>
      )}
    </RecordPage>
  );
}

function Actions({ id, formerSecretUntil }: Pick<Webhook, 'id' | 'formerSecretUntil'>) {
  return (
    <Box sx={{ mt: 1 }}>
      <RouteDialog
        route="webhookTest"
        label="Send a test"
        intro="A test notice goes to this webhook alone, within seconds."
        params={{ id }}
        fields={REASON}
        done="The test is on its way. Reload the page to see what became of it."
      />
      {/* Always there: while it shows the new secret, the page learns that the old one still signs. */}
      <RouteDialog
        route="webhookRotateSecret"
        label="Replace the secret"
        intro={`For ${FORMER_SECRET_HOURS} hours messages are signed with both secrets, so that the receiver can change over without losing any. You can end the old secret sooner, for instance because somebody else knows it.`}
        params={{ id }}
        fields={REASON}
        done={`Secret replaced. The old one signs for ${FORMER_SECRET_HOURS} hours more.`}
        result={(answer) => <WebhookSecret secret={(answer as AnswerOf<'webhookRotateSecret'>).secret} />}
      />
      {formerSecretUntil === null ? null : (
        <RouteDialog
          route="webhookEndFormerSecret"
          label="End the old secret"
          intro="From then on messages are signed with the new secret alone. A receiver that does not have it yet will refuse them; they are tried again for fourteen hours."
          params={{ id }}
          fields={REASON}
          danger
          done="The old secret has ended."
        />
      )}
      <RouteDialog
        route="webhookEnd"
        label="End the webhook"
        intro="It receives no further notice. An ended webhook cannot be started again; create another one."
        params={{ id }}
        fields={REASON}
        danger
        done="Webhook ended."
      />
    </Box>
  );
}

function DeliveryState({ id, title, state, attempts, cause, dueAt }: Delivery) {
  return (
    <>
      {title} <StateTag state={state} /> {attempts > 1 ? `${counted(attempts, 'attempt')}. ` : ''}
      {cause === null ? '' : `${cause}. `}
      {state === 'waiting' && attempts > 0 && dueAt !== null ? `It is tried again at ${moment(dueAt)}. ` : ''}
      <RetryDelivery id={id} state={state} />
    </>
  );
}
