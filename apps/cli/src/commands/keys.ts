import type { SigningKeyView } from '@gatehouse/contracts/operation/operation-resources';
import type { RouteName } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { call } from '../api.js';
import { because, type Choice, choiceOf, choosing, type Context, defined } from '../command.js';
import { everyPage } from '../every-page.js';
import { record, show, table } from '../output.js';

const STEPS = {
  publish: ['keyPublish', 'put a key into its JWKS'],
  activate: ['keyActivate', 'sign with this key from now on; the one before retires'],
  retire: ['keyRetire', 'stop signing with this key'],
  remove: ['keyRemove', 'take a key out of its JWKS for good'],
} as const satisfies Record<string, readonly [RouteName, string]>;

export function keyCommands(program: Command, { settings, output }: Context): void {
  const keys = program.command('keys').description('signing keys, which live in KMS');

  because(choosing(keys.command('create')))
    .description('create a key for an application; its first one is published and active at once')
    .action(async (options: Choice & { reason?: string }) => {
      const body = { ...choiceOf(options), ...defined({ reason: options.reason }) };
      show(output, await call(settings, 'keyCreate', { body }), keyText);
    });

  for (const [name, [route, description]] of Object.entries(STEPS)) {
    because(keys.command(`${name} <kid>`))
      .description(description)
      .action(async (kid: string, options: { reason?: string }) => {
        show(output, await call(settings, route, { params: { kid }, body: defined(options) }), keyText);
      });
  }

  choosing(keys.command('list'))
    .option('--state <state>', 'PENDING, PUBLISHED, ACTIVE, RETIRING or REMOVED')
    .action(async (options: Choice & { state?: string }) => {
      const query = { ...choiceOf(options), ...defined({ state: options.state }) };
      show(output, await everyPage(settings, 'keyList', query), (rows) =>
        table(rows, [
          ['Kid', (row) => row.kid],
          ['State', (row) => row.state],
          ['Application', (row) => row.application],
          ['Next step from', (row) => row.nextStepAt],
          ['JWKS URL', (row) => row.jwksUrl],
        ]),
      );
    });
}

function keyText({ kid, state, application, jwksUrl, nextStepAt }: SigningKeyView): string {
  const next: Record<string, string> = {
    PENDING: `Next: gatehouse keys publish ${kid}`,
    PUBLISHED: `Next: gatehouse keys activate ${kid}, from ${nextStepAt ?? 'now'} on`,
    ACTIVE: 'Give the JWKS URL to API Management as jwks-resource-url, if it has not got it yet.',
    RETIRING: `Next: gatehouse keys remove ${kid}, from ${nextStepAt ?? 'now'} on`,
  };
  return [record({ kid, state, application, 'JWKS URL': jwksUrl }), next[state] ?? ''].join('\n').trimEnd();
}
