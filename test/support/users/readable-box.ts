import { expect } from 'vitest';
import type { TokenBox } from '../../../apps/gateway/src/adapters/users/token-box.ts';

/** Seals nothing, and shows that bytes are opened in their own place alone; token-box.spec.ts has the real one. */
export const readableBox: TokenBox = {
  seal: async (secret, place) => new Uint8Array(Buffer.from(JSON.stringify([place, secret]))),
  open: async (sealed, place) => {
    const [sealedFor, secret] = JSON.parse(Buffer.from(sealed).toString()) as [object, string];
    expect(sealedFor).toEqual(place);
    return secret;
  },
};
