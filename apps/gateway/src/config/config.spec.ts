import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settingNames } from './config.js';
import { startWarnings } from './warnings.js';

const LEAST = {
  DATABASE_URL: 'postgresql://gatehouse@localhost/gatehouse',
  GATEHOUSE_AUDIT_KMS_KEY: 'alias/audit',
  GATEHOUSE_PUBLIC_URL: 'https://gatehouse.example',
};
const PROD = {
  ...LEAST,
  GATEHOUSE_SERVES: 'prod',
  GATEHOUSE_TLS_CERT: '/tls/cert.pem',
  GATEHOUSE_TLS_KEY: '/tls/key.pem',
};
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;
const environmentsFile = (content: string): string => {
  const path = join(folder, `${(files += 1)}.yaml`);
  writeFileSync(path, content);
  return path;
};
const prodWith = (over: object): string =>
  environmentsFile(
    JSON.stringify({
      environments: [
        {
          name: 'prod',
          kind: 'authenticated',
          tokenUrl: 'https://api.service.nhs.uk/oauth2/token',
          apiBaseUrl: 'https://api.service.nhs.uk/referrals',
          ...over,
        },
      ],
    }),
  );

function faultsOf(variables: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the minimum of settings', () => {
  it('has safe defaults: loopback only, every role, everything but prod', () => {
    const config = readConfig(LEAST);
    expect([...config.environments.keys()].sort()).toEqual(['int', 'sandbox']);
    expect([...config.roles]).toEqual(['partner', 'public', 'admin', 'worker']);
    expect(Object.values(config.listen).map(({ host, port }) => `${host}:${port}`)).toEqual([
      '127.0.0.1:8080',
      '127.0.0.1:8081',
      '127.0.0.1:8082',
      '127.0.0.1:8083',
    ]);
    expect(config).toMatchObject({ tls: null, tlsTerminatedBy: [], kms: { endpoint: undefined } });
    expect(config.budgets).toMatchObject({ auditCommitMs: 2_000, totalMs: 185_000, drainMs: 200_000 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each(Object.keys(LEAST))('without %s: says that it is required', (name) => {
    expect(faultsOf({ ...LEAST, [name]: undefined })).toEqual([`${name}: is required`]);
    expect(faultsOf({ ...LEAST, [name]: '' })).toEqual([`${name}: is required`]);
  });
});

describe('all faults are reported at once', () => {
  it('of form', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://x',
      GATEHOUSE_PUBLIC_URL: 'gatehouse.example',
      GATEHOUSE_ROLES: 'partner,janitor',
      GATEHOUSE_PARTNER_LISTEN: '8080',
      GATEHOUSE_TOKEN_MS: '0',
      GATEHOUSE_TYPO: '1',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'GATEHOUSE_AUDIT_KMS_KEY',
      'GATEHOUSE_PARTNER_LISTEN',
      'GATEHOUSE_PUBLIC_URL',
      'GATEHOUSE_ROLES',
      'GATEHOUSE_TOKEN_MS',
      'GATEHOUSE_TYPO',
    ]);
  });

  it('of meaning', () => {
    const faults = faultsOf({
      ...LEAST,
      GATEHOUSE_SERVES: 'prod,moon',
      GATEHOUSE_PUBLIC_URL: 'http://gatehouse.example',
      GATEHOUSE_TLS_KEY: '/tls/key.pem',
      AWS_ENDPOINT_URL: 'http://localhost:4566',
      GATEHOUSE_ENVIRONMENTS: prodWith({
        tokenUrl: 'http://localhost/t',
        apiBaseUrl: 'http://localhost/referrals',
        cis2Issuer: 'http://localhost/c',
      }),
      GATEHOUSE_TYPO: '1',
    });
    expect(faults).toHaveLength(9);
    expect(new ConfigError(faults).message.split('\n')).toHaveLength(10);
  });

  it('never quotes a value, which may be a password', () => {
    const faults = faultsOf({ ...LEAST, DATABASE_URL: 'mysql://u:hunter2@h/d', GATEHOUSE_TYPO: 'hunter2' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });
});

describe('the outbound proxy', () => {
  const HTTPS_PROXY = 'http://user:hunter2@proxy.example:3128';

  it('is none by default', () => {
    expect(readConfig({ ...LEAST, NO_PROXY: 'a.example' })).toMatchObject({
      proxy: null,
      kms: { proxy: null },
    });
  });

  it.each([
    ['in capitals', { HTTPS_PROXY, NO_PROXY: 'a.example, b.example' }],
    ['in lower case', { https_proxy: HTTPS_PROXY, no_proxy: 'a.example b.example' }],
    [
      'beside empty ones in lower case',
      { https_proxy: '', HTTPS_PROXY, no_proxy: '', NO_PROXY: 'a.example,b.example' },
    ],
    [
      'in both, of which lower case counts',
      { https_proxy: HTTPS_PROXY, HTTPS_PROXY: 'http://other', no_proxy: 'a.example,b.example' },
    ],
  ])('is named %s', (_, variables) => {
    const proxy = { url: new URL(HTTPS_PROXY), bypassed: ['a.example', 'b.example'], connectMs: 2_000 };
    expect(readConfig({ ...LEAST, ...variables })).toMatchObject({ proxy, kms: { proxy } });
  });

  it.each([
    'https://proxy.example',
    'socks5://proxy.example',
    'proxy.example:3128',
    'http://proxy.example/path',
  ])('is not %s, and the fault quotes nothing', (url) => {
    const [fault, ...others] = faultsOf({ ...LEAST, HTTPS_PROXY: url });
    expect(others).toEqual([]);
    expect(fault).toMatch(/^HTTPS_PROXY: must be (?:an )?http:\/\//);
    expect(fault).not.toContain('proxy.example');
  });
});

describe('notices', () => {
  const MAIL = { GATEHOUSE_SMTP_URL: 'smtps://u:p@mail.example', GATEHOUSE_SMTP_FROM: 'G <g@mail.example>' };

  it('go nowhere without settings', () => {
    expect(readConfig(LEAST).notices).toEqual({ mail: null, webhookHosts: null });
  });

  it('need a mail server and a sender', () => {
    const both = 'GATEHOUSE_SMTP_URL, GATEHOUSE_SMTP_FROM: give both or neither';
    expect(faultsOf({ ...LEAST, ...MAIL, GATEHOUSE_SMTP_FROM: '' })).toEqual([both]);
    expect(faultsOf({ ...LEAST, ...MAIL, GATEHOUSE_SMTP_URL: '' })).toEqual([both]);
    expect(readConfig({ ...LEAST, ...MAIL }).notices.mail).toEqual({
      ...{ url: MAIL.GATEHOUSE_SMTP_URL, from: MAIL.GATEHOUSE_SMTP_FROM },
    });
  });

  it.each([
    ['GATEHOUSE_SMTP_URL', 'http://mail.example', 'must be an smtps:// or smtp:// URL'],
    ['GATEHOUSE_SMTP_FROM', 'Gatehouse', 'must be name@host or Name <name@host>'],
    ['GATEHOUSE_SMTP_FROM', 'a@b.example\r\nBcc: c@d.example', 'must be name@host or Name <name@host>'],
  ])('%s is not %j', (name, value, fault) => {
    expect(faultsOf({ ...LEAST, ...MAIL, [name]: value })).toEqual([`${name}: ${fault}`]);
  });

  it.each(['*', 'https://hooks.example', '127.0.0.1', 'hooks.example:8443', 'localhost', 'a..example'])(
    'no webhook leads to a host %j',
    (GATEHOUSE_WEBHOOK_HOSTS) => {
      const faults = faultsOf({ ...LEAST, GATEHOUSE_WEBHOOK_HOSTS });
      expect(faults).toEqual(['GATEHOUSE_WEBHOOK_HOSTS: must be host names']);
    },
  );

  it('hosts of webhooks are compared without regard to case', () => {
    const { webhookHosts } = readConfig({
      ...LEAST,
      GATEHOUSE_WEBHOOK_HOSTS: 'Hooks.Example, b.example',
    }).notices;
    expect([...(webhookHosts ?? [])]).toEqual(['hooks.example', 'b.example']);
  });
});

describe('the log of CloudTrail', () => {
  it.each([
    's3://evidence/AWSLogs/000000000001/CloudTrail/eu-west-2',
    's3://evidence/a/b/AWSLogs/000000000001/CloudTrail/eu-west-2/',
    'file:///mnt/log',
  ])('is read from %s', (place) => {
    expect(readConfig({ ...LEAST, GATEHOUSE_CLOUDTRAIL: place }).cloudTrail).toEqual({
      place,
      s3: { region: 'eu-west-2', endpoint: undefined, proxy: null },
    });
  });

  it.each([
    's3://evidence',
    's3://evidence/cloudtrail',
    's3://evidence/AWSLogs/1/CloudTrail-Digest/eu-west-2',
    's3://evidence/AWSLogs/1/CloudTrail/eu-west-2/2027',
    'https://evidence.example/CloudTrail/eu-west-2',
    '/mnt/log',
  ])('is not read from %s', (place) => {
    expect(faultsOf({ ...LEAST, GATEHOUSE_CLOUDTRAIL: place })).toEqual([
      expect.stringMatching(/^GATEHOUSE_CLOUDTRAIL: must be s3:/),
    ]);
  });

  it('is not read without a place', () => {
    expect(readConfig(LEAST).cloudTrail).toBeNull();
  });
});

describe('the stream of the audit trail', () => {
  const HEADERS = { GATEHOUSE_AUDIT_STREAM_HEADERS: 'authorization=Bearer change-me' };

  it.each(['https://collector.example:8088/services/collector?index=gatehouse', 'file:///var/lib/stream'])(
    'goes to %s, with headers',
    (place) => {
      expect(readConfig({ ...LEAST, ...HEADERS, GATEHOUSE_AUDIT_STREAM: place }).auditStream).toEqual({
        ...{ place, format: 'records', headers: { authorization: 'Bearer change-me' } },
      });
    },
  );

  it('goes nowhere without a place, which headers need', () => {
    expect(readConfig(LEAST).auditStream).toBeNull();
    expect(faultsOf({ ...LEAST, ...HEADERS })).toEqual([
      'GATEHOUSE_AUDIT_STREAM_HEADERS: only with GATEHOUSE_AUDIT_STREAM',
    ]);
  });

  it.each([
    ['http://collector.example/', 'write a whole URL that begins with https://'],
    ['https://user:secret@collector.example/', 'a URL with a user name or password is not taken'],
    ['https://collector.example/#records', 'leave out the part after #'],
    ['https://10.1.2.3/records', 'name a host, not an IP address'],
    ['https://[fd00::1]/records', 'name a host, not an IP address'],
    ['file://server/share', 'write a whole URL that begins with https://'],
    ['/var/lib/stream', 'write a whole URL that begins with https://'],
  ])('does not go to %s', (place, fault) => {
    expect(faultsOf({ ...LEAST, GATEHOUSE_AUDIT_STREAM: place })).toEqual([
      `GATEHOUSE_AUDIT_STREAM: must be https://host/path or file:///path/to/folder: ${fault}`,
    ]);
  });
});

describe('checkpoints', () => {
  const KEY = { GATEHOUSE_CHECKPOINT_KMS_KEY: 'alias/checkpoints' };

  it('need a key and a place', () => {
    const both = 'GATEHOUSE_CHECKPOINT_KMS_KEY, GATEHOUSE_CHECKPOINTS: give both or neither';
    expect(faultsOf({ ...LEAST, ...KEY })).toEqual([both]);
    expect(faultsOf({ ...LEAST, GATEHOUSE_CHECKPOINTS: 'file:///mnt/a' })).toEqual([both]);
    expect(readConfig(LEAST).checkpoints).toBeNull();
    const places = { GATEHOUSE_CHECKPOINTS: 'file:///mnt/a, s3://evidence/gatehouse' };
    expect(readConfig({ ...LEAST, ...KEY, ...places }).checkpoints).toEqual({
      kmsKey: 'alias/checkpoints',
      places: ['file:///mnt/a', 's3://evidence/gatehouse'],
      s3: { region: 'eu-west-2', endpoint: undefined, proxy: null },
    });
  });

  it.each([
    '/mnt/a',
    'file://mnt/a',
    'file:///',
    'https://example.org/a',
    'file:///mnt/a,b',
    's3:///a',
    's3://B/a',
  ])('are refused in %s', (place) => {
    expect(faultsOf({ ...LEAST, ...KEY, GATEHOUSE_CHECKPOINTS: place })).toEqual([
      'GATEHOUSE_CHECKPOINTS: must be s3://bucket/prefix or file:///path/to/folder, or a list of these',
    ]);
  });
});

describe('prod', () => {
  it.each<[string, Record<string, string>]>([
    ['with a certificate', {}],
    [
      'behind a declared proxy',
      { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '', GATEHOUSE_TLS_TERMINATED_BY: '10.0.0.0/8' },
    ],
  ])('%s starts', (_, over) => {
    expect(faultsOf({ ...PROD, ...over })).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no TLS', { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '' }, /^GATEHOUSE_TLS_CERT: prod needs/],
    [
      'a list of no proxies',
      { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '', GATEHOUSE_TLS_TERMINATED_BY: ' ,' },
      /^GATEHOUSE_TLS_CERT: prod needs/,
    ],
    ['a KMS endpoint', { AWS_ENDPOINT_URL_KMS: 'https://localhost:1' }, /real KMS/],
    ['an AWS endpoint', { AWS_ENDPOINT_URL: 'https://localhost:1' }, /real KMS/],
    [
      'a console without TLS',
      { GATEHOUSE_CONSOLE_URL: 'http://console.example' },
      /^GATEHOUSE_CONSOLE_URL: prod/,
    ],
    [
      'an identity provider without TLS',
      { GATEHOUSE_STAFF_ISSUER: 'http://login.example' },
      /^GATEHOUSE_STAFF_ISSUER: prod/,
    ],
    [
      'a database whose host is replaced by a parameter',
      { DATABASE_URL: 'postgresql://u:p@localhost/g?host=db.example' },
      /^DATABASE_URL: name host and port once/,
    ],
    [
      'a database parameter given twice',
      { DATABASE_URL: 'postgresql://u:p@db.example/g?sslmode=verify-full&sslmode=disable' },
      /^DATABASE_URL: .*each parameter once/,
    ],
    ['a public URL without TLS', { GATEHOUSE_PUBLIC_URL: 'http://g.example' }, /^GATEHOUSE_PUBLIC_URL: prod/],
    [
      'every address as a proxy',
      { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '', GATEHOUSE_TLS_TERMINATED_BY: '0.0.0.0/0' },
      /not everybody/,
    ],
    [
      'half of all addresses as a proxy',
      { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '', GATEHOUSE_TLS_TERMINATED_BY: '10.0.0.1,128.0.0.0/1' },
      /not everybody/,
    ],
    [
      'a proxy given by its name',
      { GATEHOUSE_TLS_CERT: '', GATEHOUSE_TLS_KEY: '', GATEHOUSE_TLS_TERMINATED_BY: 'proxy.example' },
      /must be addresses/,
    ],
    [
      'a database whose port is a parameter',
      { DATABASE_URL: 'postgresql://u:p@db.example/g?sslmode=verify-full&port=1' },
      /host and port once/,
    ],
    [
      'a database whose host address is an encoded parameter',
      { DATABASE_URL: 'postgresql://u:p@localhost/g?host%61ddr=10.0.0.1' },
      /host and port once/,
    ],
    [
      'a database whose certificate is not compared with its name',
      { DATABASE_URL: 'postgresql://u:p@db.example/g?sslmode=verify-ca' },
      /verify-full/,
    ],
    [
      'a certificate authority that is not there',
      { DATABASE_URL: 'postgresql://u:p@db.example/g?sslmode=verify-full&sslrootcert=/no/such/ca.pem' },
      /^DATABASE_URL: the driver can’t read it/,
    ],
    ['a database without TLS', { DATABASE_URL: 'postgresql://app@db.example/gatehouse' }, /verify-full/],
    [
      'a database with unverified TLS',
      { DATABASE_URL: 'postgresql://app@db.example/g?sslmode=require' },
      /verify-full/,
    ],
    ['a queue without TLS', { REDIS_URL: 'redis://queue.example:6379' }, /^REDIS_URL: prod needs rediss/],
    ['requests printed', { NODE_DEBUG: 'undici' }, /^NODE_DEBUG/],
    ['unverified NHS hosts', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /^NODE_TLS_REJECT_UNAUTHORIZED/],
    ['a lenient parser', { NODE_OPTIONS: '--insecure-http-parser' }, /^NODE_OPTIONS/],
    ['test hooks', { NODE_OPTIONS: '--conditions=gatehouse-test' }, /^NODE_OPTIONS/],
    [
      'a proxy beside a certificate',
      { GATEHOUSE_TLS_TERMINATED_BY: '10.0.0.1' },
      /^GATEHOUSE_TLS_TERMINATED_BY/,
    ],
    [
      'the live NHS under another name',
      {
        GATEHOUSE_ENVIRONMENTS: prodWith({ name: 'live' }),
        GATEHOUSE_SERVES: 'live',
        AWS_ENDPOINT_URL_KMS: 'https://localhost:1',
      },
      /real KMS/,
    ],
    ['half a key pair', { GATEHOUSE_TLS_KEY: '' }, /both or neither/],
    [
      'a token URL over http',
      { GATEHOUSE_ENVIRONMENTS: prodWith({ tokenUrl: 'http://a/t' }) },
      /prod\.tokenUrl/,
    ],
    [
      'an API over http',
      { GATEHOUSE_ENVIRONMENTS: prodWith({ apiBaseUrl: 'http://a/referrals' }) },
      /prod\.apiBaseUrl/,
    ],
    [
      'an API over http',
      { GATEHOUSE_ENVIRONMENTS: prodWith({ apiBaseUrl: 'http://a.example/referrals' }) },
      /prod\.apiBaseUrl/,
    ],
    [
      'an API over HTTP in capitals',
      { GATEHOUSE_ENVIRONMENTS: prodWith({ apiBaseUrl: 'HTTP://a.example/referrals' }) },
      /apiBaseUrl: must be written plainly/,
    ],
    [
      'an issuer over http',
      { GATEHOUSE_ENVIRONMENTS: prodWith({ cis2Issuer: 'http://a/c' }) },
      /prod\.cis2Issuer/,
    ],
  ])('refuses %s', (_, over, fault) => {
    expect(faultsOf({ ...PROD, ...over })).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    'postgresql://u:p@db.example/g?sslmode=verify-full',
    'postgresql://u:p@localhost/g',
    'postgresql://u:p@[::1]:5432/g',
    'postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/g',
  ])('accepts the database %s', (url) => {
    expect(faultsOf({ ...PROD, DATABASE_URL: url })).toEqual([]);
  });

  it('these rules hold only for prod', () => {
    const config = readConfig({
      ...LEAST,
      GATEHOUSE_SERVES: 'int',
      AWS_ENDPOINT_URL_KMS: 'http://localhost:1',
    });
    expect(config.kms.endpoint).toBe('http://localhost:1');
    expect([...config.environments.keys()]).toEqual(['int']);
  });
});

describe('start-up warns', () => {
  const CHECKPOINTS = {
    GATEHOUSE_CHECKPOINT_KMS_KEY: 'alias/checkpoints',
    GATEHOUSE_CHECKPOINTS: 'file:///var/lib/gatehouse/checkpoints',
  };
  const served = (given: Record<string, string>, checkpoints: object = CHECKPOINTS) =>
    startWarnings({
      ...readConfig({ ...PROD, ...checkpoints, ...given }),
      fourEyes: new Map([['prod', true]]),
    });

  it('that nobody outside the database would notice a trail that was rewritten', () => {
    expect(served({ GATEHOUSE_STAFF_ISSUER: 'https://login.example' }, {})).toEqual([
      expect.stringMatching(/^no checkpoints are made of the audit trail/),
    ]);
  });

  it('that nobody can provide: no token may approve, and nobody can sign in', () => {
    expect(served({})).toEqual([
      expect.stringMatching(/^no identity provider .* in prod: no token ever does$/),
    ]);
  });

  it.each([
    ['where people can sign in', { GATEHOUSE_STAFF_ISSUER: 'https://login.example' }],
    ['where no environment has them', { GATEHOUSE_SERVES: 'int' }],
  ])('not %s', (_, given) => {
    expect(served(given)).toEqual([]);
  });

  const STAFF = { GATEHOUSE_STAFF_ISSUER: 'https://login.example' };

  it('where the file differs from the database, whose value counts', () => {
    const file = { GATEHOUSE_ENVIRONMENTS: prodWith({ fourEyes: false }) };
    expect(served({ ...STAFF, ...file })).toEqual([
      'the environments file says fourEyes: false for prod, but the database says true, which counts; gatehouse environments four-eyes prod off changes it',
    ]);
  });

  it.each([
    ['says the same', { fourEyes: true }],
    ['says nothing', {}],
  ])('not where the file %s', (_, entry) => {
    expect(served({ ...STAFF, GATEHOUSE_ENVIRONMENTS: prodWith(entry) })).toEqual([]);
  });
});

describe('budgets must end before the lease of the audit trail does', () => {
  it.each([
    ['GATEHOUSE_AUDIT_COMMIT_MS', 10_000],
    ['GATEHOUSE_KMS_MS', 25_000],
    ['GATEHOUSE_CONNECT_MS', 25_000],
  ])('%s: at most %i', (name, most) => {
    expect(faultsOf({ ...LEAST, [name]: String(most) })).toEqual([]);
    expect(faultsOf({ ...LEAST, [name]: String(most + 1) })).toEqual([
      `${name}: at most ${most}, so that it ends within the lease of the audit trail`,
    ]);
  });
});

describe('traces and metrics', () => {
  const ENDPOINT = { GATEHOUSE_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

  it('go nowhere without a collector', () => {
    expect(readConfig(LEAST)).toMatchObject({ tracing: null, metricExport: null });
    expect(faultsOf({ ...LEAST, GATEHOUSE_OTLP_HEADERS: 'key=value' })).toEqual([
      'GATEHOUSE_OTLP_HEADERS: only with GATEHOUSE_OTLP_ENDPOINT or GATEHOUSE_OTLP_METRICS_ENDPOINT',
    ]);
  });

  it('go each to its own collector, metrics once a minute by default', () => {
    const endpoint = 'http://127.0.0.1:4320';
    const metrics = { GATEHOUSE_OTLP_METRICS_ENDPOINT: endpoint, GATEHOUSE_OTLP_HEADERS: 'key=value' };
    const headers = { key: 'value' };
    expect(readConfig({ ...LEAST, ...metrics })).toMatchObject({
      ...{ tracing: null, metricExport: { endpoint, headers, everyMs: 60_000 } },
    });
    expect(readConfig({ ...LEAST, ...ENDPOINT })).toMatchObject({ metricExport: null });
  });

  it('are sent with headers of their own, one request in ten by default', () => {
    const headers = { GATEHOUSE_OTLP_HEADERS: 'api-key=abc=, x-tenant=1' };
    expect(readConfig({ ...LEAST, ...ENDPOINT, ...headers }).tracing).toEqual({
      ...{ endpoint: ENDPOINT.GATEHOUSE_OTLP_ENDPOINT, ratio: 0.1 },
      headers: { 'api-key': 'abc=', 'x-tenant': '1' },
    });
  });

  it.each([
    ['GATEHOUSE_OTLP_ENDPOINT', 'grpc://collector:4317', 'must be an http or https URL'],
    [
      'GATEHOUSE_OTLP_ENDPOINT',
      'https://user:secret@collector',
      'must have no user name, query or fragment: secrets belong in GATEHOUSE_OTLP_HEADERS',
    ],
    ['GATEHOUSE_OTLP_METRICS_ENDPOINT', 'collector:4318', 'must be an http or https URL'],
    ['GATEHOUSE_OTLP_METRICS_SECONDS', '1', 'write 2 or more'],
    ['GATEHOUSE_OTLP_METRICS_SECONDS', '301', 'write 300 or less'],
    ['GATEHOUSE_OTLP_HEADERS', 'Authorization: Bearer secret', 'must be name=value,name=value'],
  ])('%s is not %j', (name, value, fault) => {
    expect(faultsOf({ ...LEAST, ...ENDPOINT, [name]: value })).toEqual([`${name}: ${fault}`]);
  });
});

describe('every wrong value has words that say what to write', () => {
  const WRONG = ['word', '0', '-1', '1.5', '1e12', '#N/A', ' ', ',', '{', '[::1]', 'http:', 'x'.repeat(300)];
  const RAW = /Invalid|Too (?:small|big)|Unrecognized|[Ee]xpected|this is not written/;

  it.each(settingNames)('%s', (name) => {
    for (const value of WRONG) {
      for (const fault of faultsOf({ ...LEAST, [name]: value })) expect(fault).not.toMatch(RAW);
    }
  });

  it.each([
    ['GATEHOUSE_TOKEN_MS', 'soon', 'write a number'],
    ['GATEHOUSE_TOKEN_MS', '1.5', 'write a whole number'],
    ['GATEHOUSE_TOKEN_MS', '0', 'write 1 or more'],
    ['GATEHOUSE_TOKEN_MS', '600001', 'write 600,000 or less'],
    ['GATEHOUSE_ROLES', 'partner,janitor', 'write partner, public, admin or worker'],
    ['GATEHOUSE_ROLES', ',', 'list at least 1'],
    ['GATEHOUSE_LOG_LEVEL', 'loud', 'write debug, info, warn or error'],
    ['AWS_ENDPOINT_URL', 'localhost', 'write a whole URL, https://…'],
  ])('%s=%s: %s', (name, value, words) => {
    expect(faultsOf({ ...LEAST, [name]: value })).toEqual([`${name}: ${words}`]);
  });

  const other = (over: object) => environmentsFile(JSON.stringify({ environments: [over] }));
  const INT = { name: 'int', kind: 'open', apiBaseUrl: 'https://a.example/referrals' };
  it.each([
    ['nothing', environmentsFile(''), ['the file: this must be an object, { … }']],
    ['a list', environmentsFile('- a'), ['the file: this must be an object, { … }']],
    ['no environment', environmentsFile('environments: []'), ['environments: list at least 1']],
    [
      'a text as an environment',
      environmentsFile('environments: [a]'),
      ['environments.0: this must be an object, { … }'],
    ],
    ['a kind of its own', other({ ...INT, kind: 'closed' }), ['int.kind: write authenticated or open']],
    [
      'a rate in words',
      other({ ...INT, requestsPerMinute: 'many' }),
      ['int.requestsPerMinute: write a number'],
    ],
    ['four eyes in words', other({ ...INT, fourEyes: 'yes' }), ['int.fourEyes: write true or false']],
    [
      'a misspelt member',
      other({ ...INT, tokenURL: 'x' }),
      ['int.tokenURL: "tokenURL" is not known here; check its spelling'],
    ],
    [
      'a URL as redirect host',
      other({ ...INT, redirectHosts: ['https://a'] }),
      ['int.redirectHosts.0: must be a host in lower case, or host:port, without https://'],
    ],
    ['no name', other({ ...INT, name: undefined }), ['environments.0.name: this is missing']],
    [
      'a name in capitals',
      other({ ...INT, name: 'INT' }),
      [expect.stringMatching(/^environments\.0\.name: must begin/)],
    ],
    [
      'no YAML',
      environmentsFile('environments:\n  - {'),
      [expect.stringMatching(/^line 2, column \d+: this is not valid YAML: /)],
    ],
    ['no file', '/nowhere.yaml', ["the file can't be read: it does not exist"]],
    ['a folder', folder, ["the file can't be read: it is a folder"]],
  ])('an environments file with %s', (_name, file, faults) => {
    const inFile = faultsOf({ ...LEAST, GATEHOUSE_ENVIRONMENTS: file }).map((fault) =>
      fault.replace(/^GATEHOUSE_ENVIRONMENTS: /, ''),
    );
    expect(inFile).toEqual(faults);
  });
});

describe('names', () => {
  it.each([
    [
      'an unknown GATEHOUSE_ name',
      { GATEHOUSE_PARTNER_LISTN: 'x' },
      ['GATEHOUSE_PARTNER_LISTN: not a setting of Gatehouse'],
    ],
    ['one that differs in case', { GATEHOUSE_Roles: 'x' }, ['GATEHOUSE_Roles: not a setting of Gatehouse']],
    ['an empty one is not set', { GATEHOUSE_PARTNER_LISTN: '' }, []],
    ['those of the command line', { GATEHOUSE_ADMIN_URL: 'x', GATEHOUSE_ADMIN_TOKEN: 'y' }, []],
    ['names of others', { PATH: '/bin', HOME: '/root', GATE: 'x' }, []],
    ['empty means unset', { GATEHOUSE_LOG_LEVEL: '', GATEHOUSE_TOKEN_MS: '', GATEHOUSE_SERVES: '' }, []],
  ] as const)('%s', (_, over, faults) => {
    expect(faultsOf({ ...LEAST, ...over })).toEqual(faults);
  });
});

describe('the map of roles', () => {
  const rulesOf = (text: string) => {
    const variables = {
      ...LEAST,
      GATEHOUSE_STAFF_ISSUER: 'https://login.example',
      GATEHOUSE_STAFF_ROLES: text,
    };
    return readConfig(variables).staff?.roleRules;
  };

  it.each<[string, string, object[]]>([
    [
      'a list',
      'a=auditor,b=administrator@R69+RCD',
      [
        { claim: 'a', role: 'auditor', odsCodes: null },
        { claim: 'b', role: 'administrator', odsCodes: ['R69', 'RCD'] },
      ],
    ],
    [
      'names with spaces',
      '{"Gatehouse Platform Engineers":"platform-engineer"}',
      [{ claim: 'Gatehouse Platform Engineers', role: 'platform-engineer', odsCodes: null }],
    ],
    [
      'distinguished names',
      '{"CN=Gatehouse Audit,OU=Groups,DC=example":"auditor@R69"}',
      [{ claim: 'CN=Gatehouse Audit,OU=Groups,DC=example', role: 'auditor', odsCodes: ['R69'] }],
    ],
  ])('takes %s', (_name, text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
  });

  it.each([
    'Gatehouse Platform Engineers=platform-engineer',
    '{"a":"owner"}',
    '{"a":1}',
    '{"a"',
    '{"":"auditor"}',
  ])('refuses %s and says what to write', (text) => {
    expect(() => rulesOf(text)).toThrow(/must be group=role .* or all of it a JSON object/);
  });
});

describe('values', () => {
  it.each([
    ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
    ['[::1]:8080', { host: '::1', port: 8_080 }],
    ['gateway.local:0', { host: 'gateway.local', port: 0 }],
    ['127.0.0.1:65536', null],
    [':8080', null],
    ['::1:8080', null],
    ['host:80x', null],
    ['host', null],
  ])('listen on %s', (value, expected) => {
    const variables = { ...LEAST, GATEHOUSE_PARTNER_LISTEN: value };
    if (expected === null)
      expect(faultsOf(variables)).toEqual(['GATEHOUSE_PARTNER_LISTEN: must be host:port']);
    else expect(readConfig(variables).listen.partner).toEqual(expected);
  });

  it.each([
    [
      'an environment of the file replaces the built-in one',
      prodWith({ redirectHosts: ['store.example'] }),
      null,
    ],
    ['a file that is missing', '/nowhere.yaml', /can't be read/],
    ['a file of something else', environmentsFile('- a'), /GATEHOUSE_ENVIRONMENTS/],
    ['an API base of another path', prodWith({ apiBaseUrl: 'https://a/b' }), /must end in \/referrals/],
    ['no token URL', prodWith({ tokenUrl: undefined }), /needs a tokenUrl/],
    ['an unknown member', prodWith({ tokenURL: 'x' }), /tokenURL/],
  ])('environments: %s', (_, file, fault) => {
    const variables = { ...PROD, GATEHOUSE_ENVIRONMENTS: file };
    if (fault !== null) expect(faultsOf(variables)).toEqual([expect.stringMatching(fault)]);
    else expect(readConfig(variables).environments.get('prod')?.redirectHosts).toEqual(['store.example']);
  });
});
