import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { collectBody } from '../wire/collect-body.js';
import type { World } from '../world.js';
import { DEFAULT_ACR } from './cis2.js';
import { sendPage } from '../people/people-page.js';
import type { Person } from '../people/person.js';
import { signInPage } from './sign-in-page.js';
import type { SignIn } from './sign-ins.js';

const MAX_FORM_BYTES = 4_096;

/** Shows the page of people, and signs in the one who was chosen there. */
export async function interact(
  world: World,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const clientId = String(params['client_id']);
  if (request.method !== 'POST') {
    sendPage(response, signInPage(request.url ?? '', clientId, world.people.list()));
    return;
  }
  const form = new URLSearchParams((await collectBody(request, MAX_FORM_BYTES)).toString('utf8'));
  const person = world.people.get(form.get('person') ?? '');
  if (person === undefined) {
    const refusal = { error: 'access_denied', error_description: 'The user cancelled the sign-in' };
    await provider.interactionFinished(request, response, refusal);
    return;
  }
  const grant = new provider.Grant({ accountId: person.userId, clientId });
  grant.addOIDCScope(String(params['scope']));
  const grantId = await grant.save();
  const acr = typeof params['acr_values'] === 'string' ? params['acr_values'] : DEFAULT_ACR;
  world.cis2.signIns.add(grantId, signInOf(person, clientId, acr, world.clock.nowMs()));
  await provider.interactionFinished(request, response, {
    login: { accountId: person.userId, acr, remember: false },
    consent: { grantId },
  });
}

/**
 * A person who can do both signs in at AAL2 where that is accepted. Like NHS England's mock, this lets in people whose
 * level is too low: a relying party has to look at the token.
 */
export function signInOf(person: Person, clientId: string, acr: string, nowMs: number): SignIn {
  const aal = (acr.includes('AAL2') ? person.aals[0] : person.aals.at(-1)) ?? 1;
  return { sid: randomUUID(), clientId, userId: person.userId, authTimeMs: nowMs, aal, acr };
}
