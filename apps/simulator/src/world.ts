import type { AccessTokens } from './access-tokens.js';
import type { CombinedSignIns } from './apim/combined-sign-ins.js';
import type { RateLimiter } from './apim/rate-limiter.js';
import type { Applications } from './applications.js';
import type { Cis2 } from './cis2/cis2.js';
import type { People } from './people/people.js';
import type { Clock } from './clock.js';
import type { ErsData } from './ers/records/data.js';
import type { FaultBook } from './faults/fault-book.js';
import type { KeyStore } from './kms/key-store.js';
import type { RequestLog } from './request-log.js';
import type { Bucket } from './s3/bucket.js';
import type { Cis2Jwks } from './token/cis2-jwks.js';
import type { JtiMemory } from './token/jti-memory.js';
import type { JwksCache } from './token/jwks-cache.js';
import type { UserGrants } from './token/user-grants.js';

/** The settings that `POST /options` can change at run time. */
export interface Settings {
  /** APIM's quota and spike arrest. */
  rateLimits: boolean;
  /** `none`: as in the NHS sandbox, no caller needs a token, an ASID or a relationship. */
  authorisation: 'required' | 'none';
  /** `any` lets every organisation see every referral. */
  relationships: 'enforced' | 'any';
  /** Added before every e-RS answer, milliseconds. */
  ersDelayMs: number;
  /** How long APIM waits for a JWKS, milliseconds (55 s in the live policy). */
  jwksFetchTimeoutMs: number;
  /** Whether e-RS rejects a third A008 for one service and day; the real limit is contractual. */
  worklistDailyLimit: boolean;
  /** The life of CIS2's ID tokens, milliseconds. */
  idTokenLifeMs: number;
  /** Whether a refresh ends the access token before it. What APIM does isn't known; default false. */
  refreshEndsAccessToken: boolean;
}

/** The addresses of the six listeners, once they are bound. */
export interface Addresses {
  apimUrl: string;
  tokenUrl: string;
  apiBaseUrl: string;
  kmsUrl: string;
  objectStoreUrl: string;
  controlUrl: string;
  /** The issuer of the staff identity provider. */
  staffIssuer: string;
  cis2Issuer: string;
  /** The issuer that resembles CIS1. */
  cis1Issuer: string;
}

/** Everything the listeners share. */
export interface World {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly addresses: Addresses;
  readonly applications: Applications;
  readonly accessTokens: AccessTokens;
  readonly jtis: JtiMemory;
  readonly jwks: JwksCache;
  readonly cis2Jwks: Cis2Jwks;
  readonly userGrants: UserGrants;
  readonly combinedSignIns: CombinedSignIns;
  readonly ersLimiter: RateLimiter;
  readonly tokenLimiter: RateLimiter;
  readonly requests: RequestLog;
  readonly faults: FaultBook;
  readonly ers: ErsData;
  readonly keys: KeyStore;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly people: People;
  readonly cis2: Cis2;
}
