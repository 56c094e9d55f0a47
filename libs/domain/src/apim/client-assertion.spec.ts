import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAssertion } from './client-assertion.js';

const NOW_MS = Date.UTC(2026, 5, 1, 12, 0, 0, 999);
const REQUEST = {
  kid: 'kid-1',
  apiKey: 'api-key-1',
  tokenUrl: 'https://int.api.service.nhs.uk/oauth2/token',
  jti: '6d9a1c1e-0000-4000-8000-000000000001',
  nowMs: NOW_MS,
};

describe('the client assertion (docs/reference/protocol-facts.md §3.1)', () => {
  const { header, claims } = clientAssertion(REQUEST);

  it.each([
    ['alg', header.alg, 'RS512'],
    ['typ', header.typ, 'JWT'],
    ['kid', header.kid, REQUEST.kid],
    ['iss is the API key', claims.iss, REQUEST.apiKey],
    ['sub is the API key too', claims.sub, REQUEST.apiKey],
    ['aud is the exact token URL', claims.aud, REQUEST.tokenUrl],
    ['jti as given', claims.jti, REQUEST.jti],
    ['exp in whole seconds', claims.exp, Math.floor(NOW_MS / 1000) + 240],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('has these members and no others', () => {
    expect(Object.keys(header).sort()).toEqual(['alg', 'kid', 'typ']);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iss', 'jti', 'sub']);
  });

  it("is accepted by a clock 50 s off either way: not past, and within APIM's 300 + 10 s", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -50, max: 50 }), (nowMs, skewS) => {
        const aheadS = clientAssertion({ ...REQUEST, nowMs }).claims.exp - (nowMs / 1000 + skewS);
        expect(Number.isInteger(clientAssertion({ ...REQUEST, nowMs }).claims.exp)).toBe(true);
        expect(aheadS).toBeGreaterThan(60);
        expect(aheadS).toBeLessThanOrEqual(300);
      }),
    );
  });
});
