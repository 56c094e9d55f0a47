import type { Application } from '../applications.js';
import { type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { tokenError } from './token-errors.js';

/** The application of a form's API key and secret (identity-service-api default.xml, PostRefreshToken). */
export function applicationBySecret(world: World, form: URLSearchParams): Application | Reply {
  const clientId = form.get('client_id');
  if (!clientId) return tokenError('clientIdMissing');
  const application = world.applications.get(clientId);
  if (application === undefined) return tokenError('clientInvalid');
  if (application.status !== 'approved') return tokenError('notApproved');
  const secret = form.get('client_secret');
  if (!secret) return tokenError('clientSecretMissing');
  return secret === application.apiSecret ? application : tokenError('clientInvalid');
}
