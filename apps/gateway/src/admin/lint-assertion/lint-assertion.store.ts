import type { PublicKeyRecord } from '@gatehouse/domain/apim/lint-assertion';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { isPublished, type SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { Inject, Injectable } from '@nestjs/common';
import { conflict, invalid } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { theApplication } from '../registry/applications.store.js';

const MOST_KEYS = 100;

/** What API Management expects of the assertions of an application. */
@Injectable()
export class LintAssertionStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
  ) {}

  /** @throws AdminProblem not-found; conflict, if its environment has no token endpoint */
  async expected(applicationId: string, reach: Reach) {
    const { environmentName, apiKey } = await theApplication(this.db, { application: applicationId }, reach);
    const tokenUrl = this.environments.get(environmentName)?.tokenUrl;
    if (tokenUrl === undefined) throw conflict(`The environment ${environmentName} has no token endpoint.`);
    const rows = await this.db.signingKey.findMany({ where: { applicationId }, take: MOST_KEYS });
    const published = rows.filter(({ state }) => isPublished(state as SigningKeyState));
    const keys = published.map(({ kid, publicJwk }): PublicKeyRecord => ({
      ...(publicJwk as PublicKeyRecord),
      kid,
      kty: 'RSA',
    }));
    return { tokenUrl, apiKey, keys };
  }
}

/** @throws AdminProblem invalid-request, if it is no JWKS */
export function keysIn(jwks: string): PublicKeyRecord[] {
  const fault = (detail: string) => invalid([{ pointer: '/jwks', detail }]);
  let value: unknown;
  try {
    value = JSON.parse(jwks);
  } catch {
    throw fault('this is not JSON');
  }
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
  if (!Array.isArray(keys)) throw fault('a JWKS is an object with a list "keys"');
  if (keys.length > MOST_KEYS) throw fault(`a JWKS has at most ${MOST_KEYS} keys here`);
  return keys.filter((key): key is PublicKeyRecord => typeof key === 'object' && key !== null);
}
