import { holdsKey, KEY_IN_ADDRESS } from '@gatehouse/domain/input/opaque-key';

/** Why a request with this address is not sent, for people; null: nothing in it is a key. */
export const faultOfAddress = (address: string): string | null => (holdsKey(address) ? KEY_IN_ADDRESS : null);
