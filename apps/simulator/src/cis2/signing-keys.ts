import { createHmac, generateKeyPair, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** How a token is signed. All but `valid` are what a relying party has to notice. */
export const SIGNATURES = ['valid', 'broken', 'other-key', 'none'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

export type Json = Readonly<Record<string, unknown>>;

interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The keys with which an issuer signs, and those that it publishes. */
export class SigningKeys {
  #current: KeyPair;
  #published: KeyPair[];
  readonly #stranger: KeyPair;

  private constructor(current: KeyPair, stranger: KeyPair) {
    this.#current = current;
    this.#published = [current];
    this.#stranger = stranger;
  }

  /** The keys of two issuers, neither of which accepts the other's. */
  static async createTwo(): Promise<[SigningKeys, SigningKeys]> {
    const [one, other] = await Promise.all([newPair(), newPair()]);
    return [new SigningKeys(one, other), new SigningKeys(other, one)];
  }

  get kid(): string {
    return this.#current.kid;
  }

  get jwks(): { keys: JsonWebKey[] } {
    return {
      keys: this.#published.map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        use: 'sig',
      })),
    };
  }

  /** The key with which the provider itself signs; what it signs is replaced before anybody sees it. */
  get privateJwk(): JsonWebKey {
    return { ...this.#current.privateKey.export({ format: 'jwk' }), kid: this.#current.kid, use: 'sig' };
  }

  /** Signs with a new key from now on. The old one stays published if `keepOld`. */
  async rotate(keepOld: boolean): Promise<string> {
    this.#current = await newPair();
    this.#published = keepOld ? [this.#current, ...this.#published] : [this.#current];
    return this.#current.kid;
  }

  /** A compact JWT. `header.alg` decides how: RS256, RS384, RS512, HS256 (keyed with the public key) or none. */
  sign(header: Json, claims: Json, kind: SignatureKind = 'valid'): string {
    const input = `${encode(header)}.${encode(claims)}`;
    if (kind === 'none' || header['alg'] === 'none') return `${input}.`;
    const pair = kind === 'other-key' ? this.#stranger : this.#current;
    const signature = signatureOf(String(header['alg']), Buffer.from(input), pair);
    if (kind === 'broken') signature[0] = (signature[0] ?? 0) ^ 1;
    return `${input}.${signature.toString('base64url')}`;
  }
}

async function newPair(): Promise<KeyPair> {
  return { kid: randomUUID(), ...(await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })) };
}

function signatureOf(alg: string, input: Buffer, { privateKey, publicKey }: KeyPair): Buffer {
  if (alg.startsWith('HS')) {
    const secret = publicKey.export({ type: 'spki', format: 'pem' });
    return createHmac(`sha${alg.slice(2)}`, secret)
      .update(input)
      .digest();
  }
  const digest = /^RS(256|384|512)$/.exec(alg)?.[1] ?? '256';
  return sign(`sha${digest}`, input, privateKey);
}

const encode = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url');
