/** HTTP as real callers send it: what is legal is served, and what is refused names the one rule that it broke. */
import { readFile } from 'node:fs/promises';
import { FRAMING_RULES, type FramingRule } from '@gatehouse/domain/input/framing-rules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converse, headerOf } from '../corpus/wire.ts';
import { watch } from '../support/answers.ts';
import { onboard, type Onboarded, worklistBody } from '../support/onboard.ts';
import { UNHURRIED } from '../support/proofs.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../support/servers/stack.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const WORKLIST = '/FHIR/STU3/ReferralRequest/$ers.fetchworklist';
const HOST = 'gateway:8080';

let stack: Stack;
let caller: Onboarded;

beforeAll(async () => {
  stack = await startStack({
    worker: false,
    requestsPerMinute: UNHURRIED,
    settings: { GATEHOUSE_PARTNER_HOSTS: `gateway,127.0.0.1,partner_gateway,[::1]` },
  });
  [caller] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

interface Raw {
  readonly line?: string;
  /** Besides Authorization. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** Sends exactly these bytes and returns the one answer. */
async function send({ line = `GET ${REFERRAL} HTTP/1.1`, headers = [`Host: ${HOST}`], body = '' }: Raw) {
  const lines = [line, ...headers, `Authorization: Bearer ${caller.clientKey}`];
  const { answers } = await converse(stack.gateway.partner, `${lines.join('\r\n')}\r\n\r\n${body}`, {
    methods: [line.split(' ')[0] ?? ''],
    timeoutMs: 20_000,
  });
  const [answer] = answers;
  return { status: answer?.status, text: answer?.body.toString() ?? '', answer };
}

describe('an offer to change the protocol is ignored', () => {
  /** A service may be asked for its worklist twice a day. */
  const services = ['11000', '11012', '11000', '11012'];
  const OFFERS: [string, string[]][] = [
    [
      'HTTP/2, by Java',
      [
        'Connection: Upgrade, HTTP2-Settings',
        'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
        'Upgrade: h2c',
        'User-Agent: Java-http-client/21',
      ],
    ],
    ['WebSocket', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']],
    ['TLS', ['Connection: upgrade', 'Upgrade: TLS/1.2, HTTP/1.1']],
    ['without Connection', ['Upgrade: anything/1']],
  ];
  it.each(OFFERS)('%s, for a read and for a POST with a body', async (_, offer) => {
    const arrivals = await watch(stack);
    const headers = [`Host: ${HOST}`, ...offer];
    const read = await send({ headers });
    const body = worklistBody(services.shift());
    const posted = await send({
      line: `POST ${WORKLIST} HTTP/1.1`,
      headers: [...headers, 'Content-Type: application/fhir+json', `Content-Length: ${body.length}`],
      body,
    });
    expect([read.status, posted.status]).toEqual([200, 200]);
    expect(headerOf(read.answer, 'upgrade')).toBeNull();
    const hits = await arrivals('ers');
    expect(hits).toHaveLength(2);
    for (const { headers: sent } of hits)
      for (const [name, value] of sent)
        expect(`${name}: ${value}`).not.toMatch(/^(?:upgrade|http2-settings|sec-)|^connection:.*upgrade/i);
  });

  it('but CONNECT is refused, with or without an offer', async () => {
    const arrivals = await watch(stack);
    for (const offer of [[], ['Connection: Upgrade', 'Upgrade: h2c']]) {
      const { status } = await send({
        line: 'CONNECT evil.example:443 HTTP/1.1',
        headers: ['Host: evil.example:443', ...offer],
      });
      expect(status).toBe(405);
    }
    expect(await arrivals('ers')).toEqual([]);
  });
});

describe('GW_FRAMING names the rule that was broken', () => {
  const GET = { line: `GET ${REFERRAL} HTTP/1.1` };
  const POST = { line: `POST ${WORKLIST} HTTP/1.1` };
  const host = `Host: ${HOST}`;
  const many = Array.from({ length: 100 }, (_, count) => `X-${count}: x`);
  const BROKEN: [FramingRule, Raw][] = [
    ['version', { line: `GET ${REFERRAL} HTTP/1.0` }],
    ['request line', { line: `GET  ${REFERRAL} HTTP/1.1` }],
    ['request line', { line: `GET ${REFERRAL}  HTTP/1.1` }],
    ['request line', { line: `GET ${REFERRAL} HTTP/1.1 ` }],
    ['method', { line: `FETCH ${REFERRAL} HTTP/1.1` }],
    ['header line', { ...GET, headers: [host, 'X-Space : x'] }],
    ['header line', { ...GET, headers: [host, 'X-Folded: x', ' y'] }],
    ['too many headers', { ...GET, headers: [host, ...many] }],
    ['headers too long', { ...GET, headers: [host, `X-Long: ${'x'.repeat(17_000)}`] }],
    ['no Host', { ...GET, headers: [] }],
    ['several Hosts', { ...GET, headers: [host, host] }],
    ['Host syntax', { ...GET, headers: ['Host: a@gateway'] }],
    ['Host syntax', { ...GET, headers: ['Host: gateway/path'] }],
    ['foreign Host', { ...GET, headers: ['Host: elsewhere.example'] }],
    ['Expect', { ...GET, headers: [host, 'Expect: the-best'] }],
    ['underscore alias', { ...POST, headers: [host, 'Content_Length: 2'] }],
    [
      'two framings',
      { ...POST, headers: [host, 'Content-Length: 2', 'Transfer-Encoding: chunked'], body: '{}' },
    ],
    [
      'Transfer-Encoding',
      { ...POST, headers: [host, 'Transfer-Encoding: gzip, chunked'], body: '0\r\n\r\n' },
    ],
    ['Content-Length', { ...POST, headers: [host, 'Content-Length: +2'], body: '{}' }],
    ['Content-Length', { ...POST, headers: [host, 'Content-Length: 2', 'Content-Length: 2'], body: '{}' }],
    ['body not allowed', { ...GET, headers: [host, 'Content-Length: 2'], body: '{}' }],
    [
      'chunks',
      {
        ...POST,
        headers: [host, 'Content-Type: application/fhir+json', 'Transfer-Encoding: chunked'],
        body: 'x\r\n\r\n',
      },
    ],
  ];
  it.each(BROKEN)('%s (row %#)', async (name, raw) => {
    const arrivals = await watch(stack);
    const { status, text, answer } = await send(raw);
    const rule: { text: string; whatToDo: string; status?: number } = FRAMING_RULES[name];
    expect([status, headerOf(answer, 'gatehouse-error-code')]).toEqual([rule.status ?? 400, 'GW_FRAMING']);
    const { issue } = JSON.parse(text) as { issue: { diagnostics: string }[] };
    expect(issue[0]?.diagnostics).toBe(`${rule.text} ${rule.whatToDo} Who must act: caller.`);
    expect(await arrivals('ers')).toEqual([]);
  });

  it('incomplete, when the connection ends before the request does', async () => {
    const { answers } = await converse(
      stack.gateway.partner,
      `GET ${REFERRAL} HTTP/1.1\r\nHost: ${HOST}\r\n`,
      {
        methods: ['GET'],
        halfCloseAfterMs: 0,
        timeoutMs: 20_000,
      },
    );
    expect(answers[0]?.body.toString()).toContain(FRAMING_RULES.incomplete.text);
  });

  it('every rule is shown here, and the calling guide has what is surprising in each', async () => {
    const shown = new Set<string>([...BROKEN.map(([name]) => name), 'incomplete']);
    expect([...shown].sort()).toEqual(Object.keys(FRAMING_RULES).sort());
    const guide = await readFile(new URL('../../docs/guides/calling.md', import.meta.url), 'utf8');
    expect(guide).toContain('[errors.md](../errors.md#gw_framing)');
  });
});

it.each(['gateway', 'GATEWAY:8080', 'partner_gateway', '127.0.0.1:1', '[::1]:8080'])(
  'the Host %s is one of those that were listed',
  async (name) => {
    expect((await send({ headers: [`Host: ${name}`] })).status).toBe(200);
  },
);

it.each(["a!$&'()*+,;=~b", 'caf%C3%A9.example', '[fe80::1]', 'x'.repeat(255)])(
  'where none is listed, every Host of RFC 3986 is served: %s',
  async (name) => {
    const open = await unlisted();
    const line = `GET ${REFERRAL} HTTP/1.1\r\nHost: ${name}\r\nAuthorization: Bearer ${caller.clientKey}\r\n\r\n`;
    const { answers } = await converse(open, line, { methods: ['GET'], timeoutMs: 20_000 });
    expect(answers[0]?.status).toBe(200);
  },
);

let unlistedGateway: Promise<{ partner: string }> | undefined;
async function unlisted(): Promise<string> {
  unlistedGateway ??= stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_PARTNER_HOSTS: '' });
  return (await unlistedGateway).partner;
}
