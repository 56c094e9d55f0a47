import { ProviderFault } from '../../people/openid/provider-fault.js';
import type { TokenTransport } from '../../nhs/token-transport.js';

/**
 * Who the user of an access token is, as API Management says, unjudged.
 * @param tokenUrl of the environment, beside which userinfo is
 * @throws ProviderFault if it does not say
 */
export async function readUserinfo(
  transport: Pick<TokenTransport, 'get'>,
  tokenUrl: string,
  accessToken: string,
): Promise<unknown> {
  const { status, body } = await transport.get(new URL('userinfo', tokenUrl).href, accessToken);
  if (status !== 200) {
    const isForNow = status === 429 || status >= 500;
    throw new ProviderFault(isForNow ? 'unavailable' : 'misconfigured', `userinfo answered ${status}`, null);
  }
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // What the answer holds may name a person, so no error quotes it.
    throw new ProviderFault('unavailable', 'userinfo answered with something else than JSON', null);
  }
}
