/**
 * The canary of a rotation: one token requested with a key before it signs for callers. The token is thrown away.
 * API Management checks the signature before it looks at the products of the application
 * (docs/reference/protocol-facts.md §3.5), so a refusal about the product, too, shows that it knows the key: an application
 * for users gets tokens for users alone.
 */
import { clientCredentialsForm } from '@gatehouse/domain/apim/token-request';
import { TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import type { Application, SigningKey } from '@gatehouse/domain/registry/registry';
import { requestOnce } from './signed-token-request.js';

/** Null: NHS England accepted the key. */
export type CanaryRefusal = null | {
  /** As `TOKEN_REFUSALS` decodes it. */
  readonly diagnosis: string;
  readonly text: string;
  readonly messageId: string | null;
};

export type Canary = (application: Application, key: SigningKey) => Promise<CanaryRefusal>;

export function createCanary(options: Parameters<typeof requestOnce>[0]): Canary {
  return async (application, key) => {
    const answer = await requestOnce(options, application, key, clientCredentialsForm);
    if (answer.ok) return null;
    const { diagnosis, messageId } = answer;
    if (diagnosis === 'PRODUCT_MISSING' && application.accessMode === 'user-restricted') return null;
    const { whatIsWrong, whatToDo } = TOKEN_REFUSALS[diagnosis];
    return { diagnosis, text: `${whatIsWrong} ${whatToDo}`, messageId };
  };
}
