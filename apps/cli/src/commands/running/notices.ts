import type { AnswerOf } from '@gatehouse/contracts/routes';
import { noticeKind, type NoticeView, type WebhookView } from '@gatehouse/contracts/operation/notice-routes';
import { FORMER_SECRET_HOURS } from '@gatehouse/contracts/operation/webhook-routes';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import {
  choice,
  commaSeparated,
  type Context,
  defined,
  REASON_IN_TRAIL,
  wholeNumber,
} from '../../options.js';
import { fieldList, print, table } from '../../output.js';

type Kind = WebhookView['kinds'][number];

export function noticeCommands(program: Command, { settings, output }: Context): void {
  const notices = program.command('notices').description('Notices to staff, by email and webhook.');

  notices
    .command('list')
    .description('List notices with their deliveries, newest first.')
    .addOption(choice('--kind <kind>', 'kind of notice', noticeKind.options))
    .option('--failed', 'only notices with a delivery that has failed')
    .option('--limit <rows>', 'largest number of notices', wholeNumber(1, 100_000), 50)
    .action(async ({ kind, failed, limit }: { kind?: string; failed?: true; limit: number }) => {
      const query = defined({ kind, only: failed === true ? 'failed' : undefined });
      print(output, await allPages(settings, 'noticeList', query, limit), noticeTable);
    });

  notices
    .command('retry <delivery>')
    .description('Retry a delivery that has failed.')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string, { reason }: { reason: string }) => {
      const answer = await call(settings, 'noticeRetry', { params: { id }, body: { reason } });
      print(output, answer, () => `Delivery ${id} will be tried again.`);
    });

  notices
    .command('choices')
    .description('List which kinds of notices you receive by email. Needs a token of your own.')
    .action(async () => {
      print(output, (await call(settings, 'noticeChoiceList', {})).items, choiceTable);
    });

  notices
    .command('choose <kind>')
    .description('Choose whether you receive a kind of notice by email. Needs a token of your own.')
    .addOption(
      choice('--email <when>', 'when it is sent', ['at-once', 'daily', 'never']).makeOptionMandatory(),
    )
    .action(async (kind: Kind, { email }: { email: string }) => {
      const body = { email: email !== 'never', daily: email === 'daily' };
      const chosen = await call(settings, 'noticeChoiceSet', { params: { kind }, body });
      print(output, chosen, () => choiceTable([chosen]));
    });

  const webhooks = program.command('webhooks').description('Webhooks that receive notices.');

  webhooks
    .command('list')
    .description('List webhooks, newest first.')
    .action(async () => {
      print(output, (await call(settings, 'webhookList', {})).items, webhookTable);
    });

  webhooks
    .command('create <url>')
    .description('Create a webhook. The secret that signs its messages is shown once.')
    .requiredOption('--kinds <kinds>', `kinds of notices: ${noticeKind.options.join(',')}`, commaSeparated)
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (url: string, { kinds, reason }: { kinds: string[]; reason: string }) => {
      const body = { url, kinds: kinds as Kind[], reason };
      print(output, await call(settings, 'webhookCreate', { body }), ({ webhook, secret }) =>
        fieldList({ id: webhook.id, url: webhook.url, kinds: webhook.kinds, secret }),
      );
    });

  webhooks
    .command('end <id>')
    .description('End a webhook. It receives no further notices.')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string, { reason }: { reason: string }) => {
      const ended = await call(settings, 'webhookEnd', { params: { id }, body: { reason } });
      print(output, ended, ({ url }) => `Ended: ${url}`);
    });

  webhooks
    .command('rotate-secret <id>')
    .description(
      `Replace the secret of a webhook. The new one is shown once; both sign for ${FORMER_SECRET_HOURS} hours.`,
    )
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string, { reason }: { reason: string }) => {
      const answer = await call(settings, 'webhookRotateSecret', { params: { id }, body: { reason } });
      print(output, answer, ({ webhook, secret }) =>
        fieldList({ id, url: webhook.url, 'old secret signs until': webhook.formerSecretUntil, secret }),
      );
    });

  webhooks
    .command('end-former-secret <id>')
    .description('Stop using the old secret of a webhook early. Only the new one signs from then on.')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string, { reason }: { reason: string }) => {
      const answer = await call(settings, 'webhookEndFormerSecret', { params: { id }, body: { reason } });
      print(output, answer, ({ url }) => `Only the new secret signs messages to ${url} now.`);
    });
}

function choiceTable(rows: AnswerOf<'noticeChoiceList'>['items']): string {
  return table(rows, [
    ['Kind', ({ kind }) => kind],
    ['Email', ({ email, daily }) => (daily ? 'daily' : email ? 'at once' : 'never')],
    ['What', ({ description }) => description],
  ]);
}

function noticeTable(rows: readonly NoticeView[]): string {
  const lines = rows.flatMap(({ createdAt, title, deliveries }) => {
    const each: readonly (NoticeView['deliveries'][number] | null)[] =
      deliveries.length === 0 ? [null] : deliveries;
    return each.map((delivery) => ({ createdAt, title, delivery }));
  });
  return table(lines, [
    ['Written', ({ createdAt }) => createdAt],
    ['Title', ({ title }) => title],
    ['To', ({ delivery }) => delivery?.to],
    ['State', ({ delivery }) => delivery?.state ?? 'no receiver'],
    ['Delivery', ({ delivery }) => delivery?.id],
    ['Cause', ({ delivery }) => delivery?.cause],
  ]);
}

function webhookTable(rows: readonly WebhookView[]): string {
  return table(rows, [
    ['Id', ({ id }) => id],
    ['URL', ({ url }) => url],
    ['Kinds', ({ kinds }) => kinds],
    ['Created by', ({ createdBy }) => createdBy],
    ['Old secret signs until', ({ formerSecretUntil }) => formerSecretUntil],
    ['Ended', ({ endedAt }) => endedAt],
  ]);
}
