import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  mintAdminToken,
  mintClientKey,
  mintUserSession,
  parseAdminToken,
  parseClientKey,
  parseUserSession,
} from './opaque-key.js';

describe('opaque keys', () => {
  it('contain their environment and id', () => {
    const { id, key } = mintClientKey('int', randomBytes);
    expect(key).toMatch(/^gh_int_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(parseClientKey(key)).toEqual({ environment: 'int', keyId: id });
  });

  it('of admin tokens and of clients are distinguishable', () => {
    const token = mintAdminToken(randomBytes);
    expect(parseAdminToken(token.key)).toEqual({ tokenId: token.id });
    expect(parseClientKey(token.key)).toBeNull();
    expect(parseAdminToken(mintClientKey('prod', randomBytes).key)).toBeNull();
  });

  it('of user sessions and of clients are distinguishable', () => {
    const { key } = mintUserSession('int', randomBytes);
    expect(key).toMatch(/^ghu_int_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(parseUserSession(key)).toEqual({ environment: 'int' });
    expect(parseClientKey(key)).toBeNull();
    expect(parseUserSession(mintClientKey('int', randomBytes).key)).toBeNull();
    expect(parseUserSession(key.slice(0, -1))).toBeNull();
  });

  it('are refused if one character is changed, removed or added', () => {
    const { key } = mintClientKey('int', randomBytes);
    for (let at = 0; at < key.length; at += 1) {
      const other = key.charAt(at) === 'a' ? 'b' : 'a';
      expect(parseClientKey(key.slice(0, at) + other + key.slice(at + 1)), `changed at ${at}`).toBeNull();
    }
    for (const wrong of [key.slice(1), key.slice(0, -1), `${key}0`, ` ${key}`, `${key}\n`, '']) {
      expect(parseClientKey(wrong)).toBeNull();
    }
  });

  it('use every character of the alphabet about equally often', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 400; n += 1) {
      for (const letter of mintAdminToken(randomBytes).key.slice(17, 60)) {
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(62);
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(2);
  });
});
