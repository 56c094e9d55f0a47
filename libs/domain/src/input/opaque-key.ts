/**
 * Opaque keys: `gh_<environment>_<keyId>_<secret>` for a client, `gha_<tokenId>_<secret>` for the admin API,
 * `ghs_<linkId>_<secret>` for the one-time link of a senior responsible owner, `ghu_<environment>_<id>_<secret>` for the
 * handle of a user session.
 *
 * The id is public and finds the row; only a SHA-256 of the whole key is stored. The secret holds 256 bits and ends
 * in six characters of checksum over everything before them, so that a mistyped key is recognised
 * without a look-up and a leak scanner can tell a real key from a look-alike.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const CLIENT_KEY = /^gh_([a-z][a-z0-9-]{0,31})_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;
const ADMIN_TOKEN = /^gha_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;
const USER_SESSION = /^ghu_([a-z][a-z0-9-]{0,31})_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;
const SRO_LINK = /^ghs_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;

/** A source of cryptographically strong random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

export interface MintedKey {
  /** The public part, stored in clear. */
  readonly id: string;
  /** The whole key: shown once, stored only as a hash. */
  readonly key: string;
}

/** A new client key for one environment. */
export function mintClientKey(environment: string, randomBytes: RandomBytes): MintedKey {
  return mint(`gh_${environment}_`, randomBytes);
}

/** A new bearer token for the admin API. */
export function mintAdminToken(randomBytes: RandomBytes): MintedKey {
  return mint('gha_', randomBytes);
}

/** The parts of a well-formed client key, or null. Says nothing about whether the key exists. */
export function parseClientKey(
  text: string,
): { readonly environment: string; readonly keyId: string } | null {
  const [, environment, keyId] = CLIENT_KEY.exec(text) ?? [];
  if (environment === undefined || keyId === undefined || !checksumFits(text)) return null;
  return { environment, keyId };
}

/** The id of a well-formed admin token, or null. Says nothing about whether the token exists. */
export function parseAdminToken(text: string): { readonly tokenId: string } | null {
  const [, tokenId] = ADMIN_TOKEN.exec(text) ?? [];
  return tokenId === undefined || !checksumFits(text) ? null : { tokenId };
}

/** The secret at the end of a senior responsible owner's one-time link. */
export function mintSroLink(randomBytes: RandomBytes): MintedKey {
  return mint('ghs_', randomBytes);
}

/** The id of a well-formed one-time link, or null. Says nothing about whether the link exists. */
export function parseSroLink(text: string): { readonly linkId: string } | null {
  const [, linkId] = SRO_LINK.exec(text) ?? [];
  return linkId === undefined || !checksumFits(text) ? null : { linkId };
}

/** The handle of a user session in one environment. Its id is not that of the session. */
export function mintUserSession(environment: string, randomBytes: RandomBytes): MintedKey {
  return mint(`ghu_${environment}_`, randomBytes);
}

/** The environment of a well-formed handle, or null. Says nothing about whether the session exists. */
export function parseUserSession(text: string): { readonly environment: string } | null {
  const [, environment] = USER_SESSION.exec(text) ?? [];
  return environment === undefined || !checksumFits(text) ? null : { environment };
}

/** A key, token or handle of any kind, anywhere in a text. */
const ANY_KEY = /gh[asu]?_(?:[a-z][a-z0-9-]{0,31}_)?[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/;

/** Whether a text holds what must never be recorded, as where a caller sends its key in the wrong header. */
export const holdsKey = (text: string): boolean => ANY_KEY.test(text);

/** Why a text with a key is not searched for, or sent in an address: the key would be in logs afterwards. For people. */
export const KEY_IN_ADDRESS =
  'this holds a secret key, which must not be part of an address: use its key id, the 12 characters before the last underscore';

function mint(prefix: string, randomBytes: RandomBytes): MintedKey {
  const id = randomText(ID_LENGTH, randomBytes);
  const body = `${prefix}${id}_${randomText(RANDOM_LENGTH, randomBytes)}`;
  return { id, key: body + checksum(body) };
}

/** Bytes of 248 and above are discarded; otherwise the first eight characters would occur more often. */
function randomText(length: number, randomBytes: RandomBytes): string {
  const unbiasedBelow = 256 - (256 % ALPHABET.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < unbiasedBelow && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

function checksumFits(key: string): boolean {
  return checksum(key.slice(0, -CHECKSUM_LENGTH)) === key.slice(-CHECKSUM_LENGTH);
}

/** CRC-32 (IEEE) in base 62: 32 bits always fit six characters. */
function checksum(text: string): string {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let digits = '';
  for (let at = 0; at < CHECKSUM_LENGTH; at += 1) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
