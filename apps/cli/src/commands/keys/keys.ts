import { signingKeyState, type SigningKeyView } from '@gatehouse/contracts/operation/operation-resources';
import type { RouteName } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import {
  type ApplicationOptions,
  applicationOf,
  choice,
  type Context,
  defined,
  withApplication,
  withReason,
} from '../../options.js';
import { fieldList, print, table } from '../../output.js';
import { keyDeletionCommands } from './key-deletion.js';
import { keyEmergencyCommands } from './key-emergency.js';
import { rotationCommands } from './rotation.js';

const STEPS = {
  publish: ['keyPublish', 'Publish a PENDING key at the JWKS URL.'],
  activate: [
    'keyActivate',
    'Sign with this key from now on. The active key retires. Allowed 3,900 s after publication; for a RETIRING key, immediately.',
  ],
  retire: [
    'keyRetire',
    'Stop signing with this key. Its application or CIS2 client cannot sign until another key is activated.',
  ],
  remove: [
    'keyRemove',
    'Remove a key from the JWKS permanently. Allowed 7,200 s after it began to retire; if it never signed, immediately.',
  ],
} as const satisfies Record<string, readonly [RouteName, string]>;

export function keyCommands(program: Command, context: Context): void {
  const { settings, output } = context;
  const keys = program
    .command('keys')
    .description('Create signing keys in KMS and move them from state to state.');

  withReason(withOwner(keys.command('create')))
    .description(
      'Create a signing key for an application. With --cis2-client, create it for the CIS2 client of a product. The first key of a JWKS URL becomes active immediately, any other is PENDING.',
    )
    .action(async (options: OwnerOptions & { reason?: string }) => {
      const body = { ...ownerOf(options), ...defined({ reason: options.reason }) };
      print(output, await call(settings, 'keyCreate', { body }), keyText);
    });

  rotationCommands(keys, context);
  keyEmergencyCommands(keys, context);
  keyDeletionCommands(keys, context);

  for (const [name, [route, description]] of Object.entries(STEPS)) {
    withReason(keys.command(`${name} <kid>`))
      .description(description)
      .action(async (kid: string, options: { reason?: string }) => {
        print(output, await call(settings, route, { params: { kid }, body: defined(options) }), keyText);
      });
  }

  withOwner(keys.command('list'))
    .description('List signing keys.')
    .addOption(choice('--state <state>', 'state of the key', signingKeyState.options))
    .action(async (options: OwnerOptions & { state?: string }) => {
      const query = { ...ownerOf(options), ...defined({ state: options.state }) };
      print(output, await allPages(settings, 'keyList', query), (rows) =>
        table(rows, [
          ['Kid', (row) => row.kid],
          ['State', (row) => row.state],
          ['Owner', (row) => row.owner.name],
          ['Next step from', (row) => row.nextStepAt],
          ['JWKS URL', (row) => row.jwksUrl],
        ]),
      );
    });
}

interface OwnerOptions extends ApplicationOptions {
  readonly cis2Client?: true;
}

function withOwner(command: Command): Command {
  return withApplication(command).option(
    '--cis2-client',
    'of the CIS2 client that --environment and --product name, and not of an application',
  );
}

function ownerOf({ cis2Client, ...options }: OwnerOptions) {
  return { ...applicationOf(options), ...(cis2Client ? { owner: 'cis2-client' as const } : {}) };
}

function keyText({ kid, state, owner, jwksUrl, nextStepAt }: SigningKeyView): string {
  const from = nextStepAt === null ? 'now' : `from ${nextStepAt} on`;
  const nextStep: Record<string, string> = {
    PENDING: `Next: gatehouse keys publish ${kid}`,
    PUBLISHED: `Next, ${from}: gatehouse keys activate ${kid}`,
    ACTIVE: REGISTER[owner.kind],
    RETIRING: `Next, ${from}: gatehouse keys remove ${kid}`,
  };
  return [fieldList({ kid, state, owner: owner.name, 'JWKS URL': jwksUrl }), nextStep[state] ?? '']
    .join('\n')
    .trimEnd();
}

const REGISTER = {
  application: 'Next: give the JWKS URL to API Management as jwks-resource-url, unless it has it already.',
  'cis2-client': 'Next: register the JWKS URL with NHS CIS2, unless it has it already.',
} as const;
