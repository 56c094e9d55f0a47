/**
 * Sends notices to webhooks. The address is checked when a webhook is created and again at each connection, on what its
 * name resolves to then, so that a name which comes to lead into this network reaches nothing (threat A8).
 */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { noAnswerWithin, SEND_MS, type SendResult } from './send-result.js';
import { webhookHeaders } from './webhook-signature.js';

export interface WebhookSettings {
  /** Names, in lower case, that webhooks may lead to. */
  readonly hosts: ReadonlySet<string>;
  readonly now: () => number;
  /** For tests, whose receivers are on this machine. */
  readonly network?: {
    readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
    readonly permits?: (address: string) => boolean;
    readonly ca?: string;
  };
}

export interface WebhookMessage {
  readonly id: string;
  readonly url: string;
  /** Each of them signs. */
  readonly secrets: readonly string[];
  readonly body: string;
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

export type Webhooks = ReturnType<typeof createWebhooks>;

export function createWebhooks({ hosts, now, network }: WebhookSettings) {
  const permits = network?.permits ?? isPublicAddress;
  const addressesOf = network?.resolve ?? resolveAll;

  /** What is wrong with the URL itself, in words; null: nothing. */
  function urlFault(text: string): string | null {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol !== 'https:') return 'write a whole URL that begins with https://';
    if (url.username !== '' || url.password !== '') return 'a URL with a user name or password is not taken';
    if (url.hash !== '') return 'leave out the part after #';
    if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return 'name a host, not an IP address';
    if (!hosts.has(url.hostname))
      return `${url.hostname} is not among the hosts that GATEHOUSE_WEBHOOK_HOSTS lists`;
    return null;
  }

  /** @throws ForbiddenAddress if any address of the host is not public; what DNS throws */
  async function permittedAddresses(host: string): Promise<readonly LookupAddress[]> {
    const addresses = await addressesOf(host);
    if (addresses.length === 0 || !addresses.every(({ address }) => permits(address)))
      throw new ForbiddenAddress(`${host} leads to a private address`);
    return addresses;
  }

  const lookup: LookupFunction = (host, { all = false }, done) => {
    permittedAddresses(host).then(
      (addresses) => {
        const [first] = addresses;
        if (all) done(null, [...addresses]);
        else done(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };

  return {
    /** What is wrong with the address of a new webhook, in words; null: nothing. */
    async fault(url: string): Promise<string | null> {
      const fault = urlFault(url);
      if (fault !== null) return fault;
      try {
        await permittedAddresses(new URL(url).hostname);
        return null;
      } catch (error) {
        return error instanceof ForbiddenAddress
          ? `${error.message}; a webhook must be at a public one`
          : 'the host cannot be resolved';
      }
    },

    async send({ id, url, secrets, body }: WebhookMessage): Promise<SendResult> {
      // The list of hosts may be shorter by now.
      const fault = urlFault(url);
      if (fault !== null) return { state: 'refused', cause: fault };
      const headers = {
        ...webhookHeaders(secrets, { id, atMs: now(), body }),
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Gatehouse',
      };
      const options = { method: 'POST', headers, lookup, agent: false, signal: AbortSignal.timeout(SEND_MS) };
      try {
        return resultOf(await statusOf(url, { ...options, ca: network?.ca }, body));
      } catch (error) {
        return { state: 'failed', cause: causeOf(error), concerns: 'place' };
      }
    },
  };
}

/** The status of the answer, whose body nobody reads. */
function statusOf(url: string, options: Parameters<typeof request>[1], body: string): Promise<number> {
  return new Promise((resolveStatus, reject) => {
    const sent = request(url, options, (answer) => {
      resolveStatus(answer.statusCode ?? 0);
      answer.on('error', () => undefined);
      answer.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** By Standard Webhooks 410 ends a webhook; whatever else is not 2xx is tried again. */
function resultOf(status: number): SendResult {
  if (status >= 200 && status < 300) return { state: 'sent' };
  if (status === 410) return { state: 'refused', cause: 'the receiver answered 410: it wants no more' };
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return { state: 'failed', cause: `the receiver answered ${status}${redirect}`, concerns: 'place' };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be sent';
  return error.name === 'TimeoutError' || error.name === 'AbortError'
    ? noAnswerWithin(SEND_MS)
    : error.message;
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((done, reject) => {
    resolve(host, { all: true }, (error, addresses) => {
      if (error === null) done(addresses);
      else reject(error);
    });
  });
}
