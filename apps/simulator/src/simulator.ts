import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { AccessTokens } from './access-tokens.js';
import { apimServer } from './apim/apim-listener.js';
import { APIM_CLIENT_ID } from './apim/apim-client.js';
import { callbackUrl } from './apim/authorize.js';
import { ERS_BASE_PATH } from './apim/base-path.js';
import { CombinedSignIns } from './apim/combined-sign-ins.js';
import { RateLimiter } from './apim/rate-limiter.js';
import { Applications } from './applications.js';
import { openCis2 } from './cis2/cis2.js';
import { cis2Listener } from './cis2/cis2-listener.js';
import { CIS1_PATH, CIS2_PATH } from './cis2/paths.js';
import { People } from './people/people.js';
import { createClock } from './clock.js';
import { controlServer } from './control/control-listener.js';
import { ErsData } from './ers/records/data.js';
import { seed } from './ers/records/seed.js';
import { FaultBook } from './faults/fault-book.js';
import { KeyStore } from './kms/key-store.js';
import { awsServer } from './kms/aws-listener.js';
import { objectStoreCertificate } from './object-store/certificate.js';
import { objectStoreServer } from './object-store/object-store-listener.js';
import { RequestLog } from './request-log.js';
import { createBuckets } from './s3/bucket.js';
import { staffProvider } from './staff/staff-provider.js';
import { Cis2Jwks } from './token/cis2-jwks.js';
import { JtiMemory } from './token/jti-memory.js';
import { JwksCache } from './token/jwks-cache.js';
import { UserGrants } from './token/user-grants.js';
import { listen } from './wire/listener.js';
import type { Addresses, Settings, World } from './world.js';

/** Addresses are `host:port`; port 0 takes any free one. Options that are left out have a default. */
export interface SimulatorOptions {
  /** Applications and keys are kept here and survive a restart. */
  stateDir: string;
  apimListen?: string;
  kmsListen?: string;
  objectStoreListen?: string;
  controlListen?: string;
  staffListen?: string;
  cis2Listen?: string;
  /** APIM's quota and spike arrest; default on. */
  rateLimits?: boolean;
  relationships?: Settings['relationships'];
  /** Default 55,000 ms, as in the live policy. */
  jwksFetchTimeoutMs?: number;
  /** The folder of spare RSA keys, which may be shared, and their number. Default: two, in `stateDir`. */
  keyPool?: { dir: string; spare: number };
  /** The number of requests that are recorded; default 200,000. */
  requestLogCapacity?: number;
}

export interface Simulator extends Addresses {
  /** PEM of the object store's self-signed certificate, for clients to trust. */
  readonly objectStoreCertificate: string;
  close(): Promise<void>;
}

/** Starts the NHS in a box: API Management, e-RS, KMS, object store, staff sign-in, CIS2 and the control API, on six listeners. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { stateDir } = options;
  await mkdir(stateDir, { recursive: true });
  const world = await createWorld(options);
  const tls = await objectStoreCertificate();
  await writeFile(join(stateDir, 'object-store-certificate.pem'), tls.cert);

  const apim = await listen(apimServer(world), options.apimListen ?? '127.0.0.1:0', 'http');
  const kms = await listen(awsServer(world), options.kmsListen ?? '127.0.0.1:0', 'http');
  const objectStore = await listen(
    objectStoreServer(world, tls),
    options.objectStoreListen ?? '127.0.0.1:0',
    'https',
  );
  const control = await listen(controlServer(world), options.controlListen ?? '127.0.0.1:0', 'http');
  const staffServer = createServer();
  const staff = await listen(staffServer, options.staffListen ?? '127.0.0.1:0', 'http');
  staffServer.on('request', await staffProvider(staff.url));
  const cis2Server = createServer();
  const cis2 = await listen(cis2Server, options.cis2Listen ?? '127.0.0.1:0', 'http');
  Object.assign(world.addresses, {
    apimUrl: apim.url,
    tokenUrl: `${apim.url}/oauth2/token`,
    apiBaseUrl: apim.url + ERS_BASE_PATH,
    kmsUrl: kms.url,
    objectStoreUrl: objectStore.url,
    controlUrl: control.url,
    staffIssuer: staff.url,
    cis2Issuer: cis2.url + CIS2_PATH,
    cis1Issuer: cis2.url + CIS1_PATH,
  } satisfies Addresses);
  await world.cis2.clients.put(APIM_CLIENT_ID, {
    redirectUris: [callbackUrl(world)],
    auth: 'client_secret',
    clientSecret: randomBytes(24).toString('base64url'),
  });
  cis2Server.on('request', cis2Listener(world));
  // The resources contain their own links, so they are created once the address is known.
  seed(world.ers);
  world.people.seed();

  return {
    ...world.addresses,
    objectStoreCertificate: tls.cert,
    close: async () => {
      await Promise.all([apim, kms, objectStore, control, staff, cis2].map((listener) => listener.close()));
      await world.keys.close();
    },
  };
}

async function createWorld(options: SimulatorOptions): Promise<World> {
  const { stateDir } = options;
  const clock = createClock();
  const settings: Settings = {
    rateLimits: options.rateLimits ?? true,
    authorisation: 'required',
    relationships: options.relationships ?? 'enforced',
    ersDelayMs: 0,
    jwksFetchTimeoutMs: options.jwksFetchTimeoutMs ?? 55_000,
    worklistDailyLimit: false,
    idTokenLifeMs: 3_600_000,
    refreshEndsAccessToken: false,
  };
  const requests = new RequestLog(options.requestLogCapacity ?? 200_000);
  const addresses: Addresses = {
    apimUrl: '',
    tokenUrl: '',
    apiBaseUrl: '',
    kmsUrl: '',
    objectStoreUrl: '',
    controlUrl: '',
    staffIssuer: '',
    cis2Issuer: '',
    cis1Issuer: '',
  };
  const ers = new ErsData(() => `${addresses.apiBaseUrl}/FHIR`);
  const pool = options.keyPool ?? { dir: join(stateDir, 'spare-keys'), spare: 2 };
  const accessTokens = new AccessTokens(clock);
  const countJwksFetch = () => {
    requests.counters.jwksFetches += 1;
  };
  return {
    clock,
    settings,
    addresses,
    requests,
    applications: await Applications.open(stateDir),
    accessTokens,
    jtis: new JtiMemory(clock),
    jwks: new JwksCache(clock, () => settings.jwksFetchTimeoutMs, countJwksFetch),
    cis2Jwks: new Cis2Jwks(
      clock,
      () => `${addresses.cis2Issuer}/connect/jwk_uri`,
      () => settings.jwksFetchTimeoutMs,
    ),
    userGrants: new UserGrants(
      clock,
      accessTokens,
      () => requests.counters,
      () => settings.refreshEndsAccessToken,
    ),
    combinedSignIns: new CombinedSignIns(clock),
    ersLimiter: new RateLimiter(clock),
    tokenLimiter: new RateLimiter(clock),
    faults: new FaultBook(),
    ers,
    people: new People(ers),
    cis2: await openCis2(stateDir),
    keys: await KeyStore.open(join(stateDir, 'kms'), pool.dir, pool.spare),
    buckets: createBuckets(),
  };
}
