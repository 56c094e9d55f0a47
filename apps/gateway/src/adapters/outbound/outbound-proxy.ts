/**
 * The way out through an HTTP proxy. TLS goes through it unopened: the proxy is asked for a tunnel (CONNECT, RFC 9110,
 * section 9.3.6), and the host at its other end proves its identity as it does without a proxy.
 */
import { type IncomingMessage, request } from 'node:http';
import { Socket } from 'node:net';

export interface OutboundProxy {
  /** `http://host:port`, with user name and password if the proxy wants them. */
  readonly url: URL;
  /** Entries of `NO_PROXY`. */
  readonly bypassed: readonly string[];
  /** How long the proxy may take to open a tunnel, ms. */
  readonly connectMs: number;
}

export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'ERR_PROXY_TUNNEL';
}

/**
 * Whether a host is reached without the proxy. An entry names a host with all of its subdomains, whether or not it begins
 * with `.` or `*.`, and may end with `:port`; `*` stands for every host. `fetch` reads `NO_PROXY` in the same way.
 */
export function bypassesProxy(bypassed: readonly string[], host: string, port: number): boolean {
  return bypassed.some((entry) => {
    const { name = '', listedPort } = /^(?<name>.+?)(?::(?<listedPort>\d+))?$/.exec(entry)?.groups ?? {};
    if (listedPort !== undefined && Number(listedPort) !== port) return false;
    const suffix = name.toLowerCase().replace(/^\*?\./, '');
    return entry === '*' || `.${host.toLowerCase()}`.endsWith(`.${suffix}`);
  });
}

/** @returns a connection that leads to the host. @throws ProxyError, or the error of the connection to the proxy */
export function openTunnel(
  { url, connectMs }: OutboundProxy,
  host: string,
  port: number,
  options: { readonly allowHalfOpen: boolean },
): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return new Promise((resolve, reject) => {
    const connect = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...credentials(url) },
      signal: AbortSignal.timeout(connectMs),
      createConnection: () =>
        new Socket(options)
          .setNoDelay()
          .connect(Number(url.port || 80), url.hostname.replace(/^\[|\]$/g, '')),
    });
    connect
      .on('connect', (answer: IncomingMessage, socket: Socket, early: Buffer) => {
        const isOpen = answer.statusCode !== undefined && Math.trunc(answer.statusCode / 100) === 2;
        // The host speaks second in TLS, so these bytes are not its own.
        if (isOpen && early.length === 0) return resolve(socket);
        socket.destroy();
        reject(new ProxyError(`the outbound proxy answered ${String(answer.statusCode)} to CONNECT`));
      })
      .on('error', reject)
      .end();
  });
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
