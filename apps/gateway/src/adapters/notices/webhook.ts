/** Sends notices to webhooks. The address is checked when a webhook is created, and again at each connection. */
import {
  createPublicHttps,
  httpsFault,
  PrivateAddress,
  type PublicNetwork,
} from '../outbound/public-https.js';
import { SEND_MS, type SendResult } from './send-result.js';
import { webhookHeaders } from './webhook-signature.js';

export interface WebhookSettings {
  /** Names, in lower case, that webhooks may lead to. */
  readonly hosts: ReadonlySet<string>;
  readonly now: () => number;
  readonly network?: PublicNetwork;
}

export interface WebhookMessage {
  readonly id: string;
  readonly url: string;
  /** Each of them signs. */
  readonly secrets: readonly string[];
  readonly body: string;
}

export type Webhooks = ReturnType<typeof createWebhooks>;

export function createWebhooks({ hosts, now, network }: WebhookSettings) {
  const https = createPublicHttps(network);

  /** What is wrong with the URL itself, in words; null: nothing. */
  function urlFault(text: string): string | null {
    const fault = httpsFault(text);
    if (fault !== null) return fault;
    const { hostname } = new URL(text);
    return hosts.has(hostname)
      ? null
      : `${hostname} is not among the hosts that GATEHOUSE_WEBHOOK_HOSTS lists`;
  }

  return {
    /** What is wrong with the address of a new webhook, in words; null: nothing. */
    async fault(url: string): Promise<string | null> {
      const fault = urlFault(url);
      if (fault !== null) return fault;
      try {
        await https.publicAddresses(new URL(url).hostname);
        return null;
      } catch (error) {
        return error instanceof PrivateAddress
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
      };
      try {
        return resultOf(await https.post(url, { headers, body, limitMs: SEND_MS }));
      } catch (error) {
        return {
          state: 'failed',
          cause: error instanceof Error ? error.message : 'it could not be sent',
          concerns: 'place',
        };
      }
    },
  };
}

/** By Standard Webhooks 410 ends a webhook; whatever else is not 2xx is tried again. */
function resultOf(status: number): SendResult {
  if (status >= 200 && status < 300) return { state: 'sent' };
  if (status === 410) return { state: 'refused', cause: 'the receiver answered 410: it wants no more' };
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return { state: 'failed', cause: `the receiver answered ${status}${redirect}`, concerns: 'place' };
}
