/** Users sign in at the public listener of a whole Gatehouse, with the simulator's CIS2. */
import { createHash, randomBytes } from 'node:crypto';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { createTokenBox } from '../../../apps/gateway/src/adapters/users/token-box.ts';
import {
  createUserLogins,
  type NewUserLogin,
  type UserLogins,
} from '../../../apps/gateway/src/adapters/users/user-logins.ts';
import { HttpBrowser } from '../http-browser.ts';
import type { Stack } from './stack.ts';

/** As the stack's gateways are set up; nothing listens there, so tests open callbacks at the gateway itself. */
const CALLBACK = 'http://127.0.0.1:1/auth/cis2/callback';
export const RETURN_TARGET = 'https://app.supplier.example/signed-in?from=gatehouse';
export const VERIFIER = randomBytes(32).toString('base64url');
export const STATE = 'state of the supplier & <more>';
export const CIS2_CLIENT = 'referwell-local';

export interface UserSignIns {
  readonly db: Database;
  readonly logins: UserLogins;
  /** Of the row of the client whose users sign in. */
  readonly clientId: string;
  /** Begins a login as a supplier's server does. @returns the URL for the browser */
  begin(change?: Partial<NewUserLogin>): Promise<string>;
  /** @returns the callback URL, which is not opened yet */
  identify(browser: HttpBrowser, loginUrl: string, person: string): Promise<string>;
  browser(): HttpBrowser;
  close(): Promise<void>;
}

/** Registers a product with a CIS2 client in environment `local`, in Gatehouse and at CIS2. */
export async function startUserSignIns(stack: Stack): Promise<UserSignIns> {
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      products: [{ name: 'ReferWell' }],
      cis2Clients: [
        { product: 'ReferWell', environment: 'local', clientId: CIS2_CLIENT, auth: 'private_key_jwt' },
      ],
      clients: [{ name: 'web', environment: 'local', grants: [] }],
    },
  });
  const key = { owner: 'cis2-client', environment: 'local', product: 'ReferWell' };
  const { jwksUrl } = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', key);
  await stack.simulator.control('PUT', `/cis2/clients/${CIS2_CLIENT}`, {
    redirectUris: [CALLBACK],
    jwksUrl: stack.gateway.public + new URL(jwksUrl).pathname,
    backChannelUrl: `${stack.gateway.public}/auth/cis2/back-channel-logout`,
  });
  await stack.settled();
  const db = createPrisma(stack.database.appUrl);
  const { id: clientId } = await db.client.findFirstOrThrow({ where: { name: 'web' } });
  const key32 = randomBytes(32);
  const box = createTokenBox({
    newest: async () => ({ id: '20260101-0000-8000-8000-000000000000', bytes: key32 }),
    byId: async () => key32,
  });
  const logins = createUserLogins(db, box, Date.now);
  return {
    db,
    logins,
    clientId,
    async begin(change = {}) {
      const { ticket } = await logins.begin({
        environment: 'local',
        clientId,
        product: 'ReferWell',
        pattern: 'separate',
        odsCode: null,
        returnTarget: RETURN_TARGET,
        supplierState: STATE,
        codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        minimumLevel: 3,
        ...change,
      });
      return `${stack.gateway.public}/auth/cis2/login?ticket=${ticket}`;
    },
    async identify(browser, loginUrl, person) {
      const begun = await browser.go(loginUrl);
      const callback = await browser.identifyAt(begun.headers.get('location') ?? '', person, CALLBACK);
      return callback.replace(new URL(CALLBACK).origin, stack.gateway.public);
    },
    browser: () => new HttpBrowser(stack.gateway.public),
    close: () => db.$disconnect(),
  };
}
