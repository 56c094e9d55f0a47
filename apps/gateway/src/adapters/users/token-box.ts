/**
 * Seals what Gatehouse keeps of users: their tokens and their names. One data key serves a day and is wrapped by KMS,
 * so that a replica asks KMS once a day and not once a token (ADR 38).
 */
import { openText, sealText } from '../kms/aes-gcm.js';
import { dataKeyIdOf, type UserDataKeys } from './data-keys.js';

/** Where sealed bytes belong. They open nowhere else. */
export interface SealedPlace {
  readonly environment: string;
  /** Id of the user session, or of the login while there is none. */
  readonly ownerId: string;
  /** Null for what belongs to no application. */
  readonly applicationId: string | null;
  readonly kind: 'access' | 'refresh' | 'id' | 'access-of-cis2' | 'login' | 'name';
  /** Of the pair of tokens; 0 for everything else. */
  readonly generation: number;
}

export interface TokenBox {
  /** @throws GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer */
  seal(secret: string, place: SealedPlace): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @throws SealBroken if the bytes were changed, were sealed for another place, or outlived their key
   * @throws GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer
   */
  open(sealed: Uint8Array, place: SealedPlace): Promise<string>;
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const FORMAT = 1;
/** Format, id of the data key, sealed text. */
const KEY_ID_AT = 1;
const TEXT_AT = KEY_ID_AT + 16;

export function createTokenBox(keys: UserDataKeys): TokenBox {
  return {
    async seal(secret, place) {
      const { id, bytes } = await keys.newest();
      const head = Buffer.concat([Buffer.of(FORMAT), Buffer.from(id.replaceAll('-', ''), 'hex')]);
      return new Uint8Array(Buffer.concat([head, sealText(bytes, additionalOf(place), secret)]));
    },

    async open(sealed, place) {
      if (sealed[0] !== FORMAT || sealed.length <= TEXT_AT) throw new SealBroken('unknown format');
      const key = await keys.byId(dataKeyIdOf(sealed.subarray(KEY_ID_AT, TEXT_AT)));
      if (key === null) throw new SealBroken('the data key is gone');
      try {
        return openText(key, additionalOf(place), sealed.subarray(TEXT_AT));
      } catch (cause) {
        throw new SealBroken('changed, or sealed for another place', { cause });
      }
    },
  };
}

function additionalOf({ environment, ownerId, applicationId, kind, generation }: SealedPlace): string {
  return JSON.stringify([environment, ownerId, applicationId, kind, generation]);
}
