/**
 * Sends over https to hosts of the internet alone. An address is checked at each connection, on what its name resolves to
 * then, so that a name which comes to lead into this network reaches nothing (threat A8). Redirects are not followed.
 */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { noAnswerWithin } from './no-answer.js';
import { isPublicAddress } from './public-address.js';

/** For tests, whose receivers are on this machine. */
export interface PublicNetwork {
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
  readonly permits?: (address: string) => boolean;
  readonly ca?: string;
}

export interface PublicPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole of it. */
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
}

/** What is wrong with a URL by its text, in words; null: nothing. */
export function httpsFault(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:') return 'write a whole URL that begins with https://';
  if (url.username !== '' || url.password !== '') return 'a URL with a user name or password is not taken';
  if (url.hash !== '') return 'leave out the part after #';
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return 'name a host, not an IP address';
  return null;
}

export function createPublicHttps({
  resolve: addressesOf = resolveAll,
  permits = isPublicAddress,
  ca,
}: PublicNetwork = {}) {
  /** @throws PrivateAddress if any address of the host is not public; what DNS throws */
  async function publicAddresses(host: string): Promise<readonly LookupAddress[]> {
    const addresses = await addressesOf(host);
    if (addresses.length === 0 || !addresses.every(({ address }) => permits(address)))
      throw new PrivateAddress(`${host} leads to a private address`);
    return addresses;
  }

  const lookup: LookupFunction = (host, { all = false }, done) => {
    publicAddresses(host).then(
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
    publicAddresses,

    /** Returns the status of the answer, whose body nobody reads. @throws PrivateAddress, and what the network throws */
    post(url: string, { headers, body, limitMs, signal }: PublicPost): Promise<number> {
      const limit = AbortSignal.timeout(limitMs);
      const options = {
        ...{ method: 'POST', lookup, agent: false, ca },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'Gatehouse' },
      };
      return new Promise((resolveStatus, reject) => {
        const sent = request(url, options, (answer) => {
          resolveStatus(answer.statusCode ?? 0);
          answer.on('error', () => undefined);
          answer.destroy();
        });
        sent.on('error', (error) => {
          reject(limit.aborted ? new Error(noAnswerWithin(limitMs), { cause: error }) : error);
        });
        sent.end(body);
      });
    },
  };
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((done, reject) => {
    resolve(host, { all: true }, (error, addresses) => {
      if (error === null) done(addresses);
      else reject(error);
    });
  });
}
