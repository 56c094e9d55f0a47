import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { NoticesStore } from './notices.store.js';
import { personOf } from './person.js';
import { WebhookTestsStore } from './webhook-tests.store.js';
import { WebhooksStore } from './webhooks.store.js';

@Controller()
export class NoticesController {
  constructor(
    @Inject(NoticesStore) private readonly notices: NoticesStore,
    @Inject(WebhooksStore) private readonly webhooks: WebhooksStore,
    @Inject(WebhookTestsStore) private readonly tests: WebhookTestsStore,
  ) {}

  @Route('noticeList')
  list({ query }: InputOf<'noticeList'>) {
    return this.notices.list(query);
  }

  @Route('noticeRetry')
  retry(input: InputOf<'noticeRetry'>, acting: Acting) {
    return this.webhooks.retry(input, acting);
  }

  @Route('noticeChoiceList')
  async choices(_: InputOf<'noticeChoiceList'>, acting: Acting) {
    return { items: await this.notices.choices(personOf(acting)) };
  }

  @Route('noticeChoiceSet')
  choose({ params, body }: InputOf<'noticeChoiceSet'>, acting: Acting) {
    const { email, daily = false } = body;
    return this.notices.choose(personOf(acting), params.kind, { email, daily: email && daily });
  }

  @Route('webhookList')
  async listWebhooks() {
    return { items: await this.notices.webhooks() };
  }

  @Route('webhookCreate')
  create(input: InputOf<'webhookCreate'>, acting: Acting) {
    return this.webhooks.create(input, acting);
  }

  @Route('webhookEnd')
  end(input: InputOf<'webhookEnd'>, acting: Acting) {
    return this.webhooks.end(input, acting);
  }

  @Route('webhookShow')
  showWebhook({ params }: InputOf<'webhookShow'>) {
    return this.tests.show(params.id);
  }

  @Route('webhookTest')
  testWebhook(input: InputOf<'webhookTest'>, acting: Acting) {
    return this.tests.test(input, acting, personOf(acting));
  }

  @Route('webhookRotateSecret')
  rotateSecret(input: InputOf<'webhookRotateSecret'>, acting: Acting) {
    return this.webhooks.rotateSecret(input, acting);
  }

  @Route('webhookEndFormerSecret')
  endFormerSecret(input: InputOf<'webhookEndFormerSecret'>, acting: Acting) {
    return this.webhooks.endFormerSecret(input, acting);
  }
}
