/** How the clients of AWS send their requests. */
import type { OutboundProxy } from './outbound-proxy.js';
import { TlsAgent } from './tls-agent.js';

/** What the AWS SDK sets itself without an agent of ours. */
const AWS_DEFAULTS = { keepAlive: true, maxSockets: 50 };

export function awsRequests(proxy: OutboundProxy | null): { readonly httpsAgent?: TlsAgent } {
  return proxy === null ? {} : { httpsAgent: new TlsAgent(AWS_DEFAULTS, proxy) };
}
