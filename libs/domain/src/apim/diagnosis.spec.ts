import { describe, expect, it } from 'vitest';
import { diagnose, DIAGNOSES } from './diagnosis.js';

const unresolved = (attribute: string) =>
  JSON.stringify({
    fault: {
      faultstring: `Unresolved variable : app.${attribute}`,
      detail: { errorcode: 'entities.UnresolvedVariable' },
    },
  });
const outcome = (diagnostics: string) =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics }] });
const NO_ASID = outcome('ASID is not configured in the application');
const NOT_LISTED = outcome('Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header');
const NO_PRODUCT = 'Invalid API call as no apiproduct match found';

describe("what e-RS's proxy answers to a misconfiguration (docs/reference/protocol-facts.md §1.7)", () => {
  it.each([
    ['ASID missing', 403, NO_ASID, '', 'ASID_NOT_CONFIGURED'],
    ['organisation not on the allow-list', 403, NOT_LISTED, '', 'ORGANISATION_NOT_ALLOWED'],
    ['no product, in the header', 401, '', `Bearer error="${NO_PRODUCT}"`, 'NOT_SUBSCRIBED'],
    ['no product, in the body', 401, outcome(NO_PRODUCT), '', 'NOT_SUBSCRIBED'],
    ['no ODS code', 500, unresolved('app-restricted-ods-code'), '', 'ODS_CODE_NOT_CONFIGURED'],
    ['no user id', 500, unresolved('app-restricted-user-id'), '', 'USER_ID_NOT_CONFIGURED'],
    ['another attribute', 500, unresolved('something-new'), '', 'ATTRIBUTE_NOT_CONFIGURED'],
  ])('%s', (_, status, body, wwwAuthenticate, code) => {
    expect(diagnose(status, body, wwwAuthenticate)?.code).toBe(code);
  });

  it.each([
    ['those words with another status', 400, NO_ASID, ''],
    ['those words with 200', 200, NO_ASID, ''],
    ['the product with 403', 403, '', NO_PRODUCT],
    ['an attribute with 502', 502, unresolved('app-restricted-ods-code'), ''],
    ['an empty 403', 403, '', ''],
    ['an expired token', 401, '', 'Bearer error="invalid_token"'],
    ['a business function', 403, outcome('User does not have the required Business Function'), ''],
    ['an e-RS crash', 500, ' - The server encountered an unexpected condition', ''],
    ['another Apigee fault', 500, '{"fault":{"detail":{"errorcode":"policies.ratelimit"}}}', ''],
  ])('there is none for %s', (_, status, body, wwwAuthenticate) => {
    expect(diagnose(status, body, wwwAuthenticate)).toBeNull();
  });

  it.each(Object.entries(DIAGNOSES))('%s says what is wrong and who must act', (name, diagnosis) => {
    expect(diagnosis.code).toBe(name);
    expect(diagnosis.whatIsWrong).toMatch(/^The .{20,}\.$/);
    expect(diagnosis.whoMustAct).toMatch(/team/);
  });
});
