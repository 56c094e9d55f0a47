import { describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { readYaml } from './yaml.js';

const GOOD = `apiVersion: gatehouse/v1
organisations:
  - { odsCode: R69, name: Example NHS Trust }
applications:
  - organisation: R69
    product: ReferWell
    environment: int
    accessMode: application-restricted
    capability: provider
    apiKey: { env: R69_INT_KEY }
`;

const read = (text: string, variables: Record<string, string> = { R69_INT_KEY: 'the-key' }) =>
  readYaml(text, 'registry.yaml', (name) => variables[name]);

describe('a registry file', () => {
  it('has its secrets filled in from the environment before it is sent', () => {
    expect(read(GOOD).document.applications[0]?.apiKey).toBe('the-key');
    expect(read(GOOD).document.clients).toEqual([]);
  });

  it('is refused, with line and column, for a variable that can’t be a secret', () => {
    expect(() => read(GOOD, { R69_INT_KEY: 'two words' })).toThrow(
      'registry.yaml:10:5: the secret contains spaces or characters outside ASCII  (/applications/0/apiKey)',
    );
  });

  it('may be JSON', () => {
    expect(
      read('{"apiVersion": "gatehouse/v1", "products": [{"name": "ReferWell"}]}').document.products,
    ).toHaveLength(1);
  });

  it('is refused for every variable that is missing, each with line and column', () => {
    const two = `${GOOD}  - { organisation: R69, product: P, environment: int, accessMode: user-restricted, apiSecret: { env: OTHER } }\n`;
    expect(() => read(two, {})).toThrow(
      [
        'registry.yaml has 2 faults; nothing was changed:',
        'registry.yaml:10:5: the environment variable R69_INT_KEY is not set  (/applications/0/apiKey)',
        'registry.yaml:11:85: the environment variable OTHER is not set  (/applications/1/apiSecret)',
      ].join('\n'),
    );
  });

  it.each([
    [
      'an unquoted ASID',
      GOOD.replace('capability: provider', 'asid: 200000002454'),
      '9:5: the ASID was read as a number: put it in quotes',
    ],
    ['a misspelt key', GOOD.replace('capability:', 'capabilty:'), '9:5: "capabilty" is not known here'],
    [
      'a CIS2 client that belongs to an application',
      GOOD.replace('capability: provider', 'cis2: { clientId: a, auth: private_key_jwt }'),
      '9:5: a CIS2 client belongs to a product: write it as an entry of cis2Clients, with product and environment',
    ],
    [
      'a lower-case ODS code',
      GOOD.replace('odsCode: R69', 'odsCode: r69'),
      '3:7: an ODS code has 1 to 10 capital letters',
    ],
    [
      'a key twice',
      GOOD.replace('capability: provider', 'product: Other'),
      '9:5: this key is in the same mapping twice',
    ],
    ['a list in place of a mapping', '- one\n- two\n', '1:1: the registry file must be one mapping'],
    ['an empty file', '', '1:1: the registry file must be one mapping'],
    [
      'the wrong version',
      GOOD.replace('gatehouse/v1', 'gatehouse/v2'),
      '1:1: apiVersion must be gatehouse/v1',
    ],
    [
      'a service that needs an ASID of its own',
      GOOD.replace('capability: provider', 'asidSharedWith: [NEMS, PDS]'),
      "9:28: an ASID used for e-RS can't be shared with PDS",
    ],
    ['a list that is no list', GOOD.replace('capability: provider', 'messageSets: provider-read'), '9:5: '],
  ])('is refused for %s, at its line and column', (_what, text, message) => {
    expect(() => read(text)).toThrow(`registry.yaml:${message}`);
  });

  it.each([
    ['two documents', `${GOOD}---\n${GOOD}`, '11:1: a second document begins here'],
    ['a tab', 'apiVersion: gatehouse/v1\n\tproducts: []\n', '2:1: a tab stands in the indentation'],
    ['an open bracket', 'apiVersion: gatehouse/v1\nproducts: [\n', '3:1: '],
    ['a value that ends in itself', `${GOOD}products: &all [*all]\n`, '11:17: this alias stands for a value'],
    ['an alias without an anchor', `${GOOD}products: *other\n`, '11:11: there is no anchor for this alias'],
    [
      'too many aliases',
      `${GOOD}products:\n  - &one { name: One }\n${'  - *one\n'.repeat(101)}`,
      '113:5: this file has more than 100 aliases',
    ],
  ])('that is not valid YAML, with %s, is refused in our words', (_what, text, message) => {
    expect(() => read(text)).toThrow(`registry.yaml is not valid YAML:\nregistry.yaml:${message}`);
  });

  it.each([
    ['in place of its variable', 'apiKey: { env: abcdefgh12345678abcdefgh12345678 }'],
    ['as an alias', 'apiKey: *abcdefgh12345678abcdefgh12345678'],
    ['behind a tag', 'apiKey: !abcdefgh12345678abcdefgh12345678'],
    ['as a key', 'abcdefgh12345678abcdefgh12345678: apiKey'],
  ])('does not show a secret that stands %s', (_where, line) => {
    const failing = () => read(GOOD.replace('apiKey: { env: R69_INT_KEY }', line), {});
    expect(failing).toThrow(Failure);
    expect(failing).not.toThrow('abcdefgh12345678');
  });

  it('shows a fault that the admin API found at the nearest place in the file', () => {
    const failure = read(GOOD).explain([
      { pointer: '/applications/0/state', detail: 'deep' },
      { pointer: '/organisations/0/odsCode', detail: 'key' },
      { pointer: '', detail: 'whole' },
    ]);
    expect(failure.message.split('\n').slice(1)).toEqual([
      'registry.yaml:1:1: whole  (/)',
      'registry.yaml:3:7: key  (/organisations/0/odsCode)',
      'registry.yaml:5:5: deep  (/applications/0/state)',
    ]);
  });
});
