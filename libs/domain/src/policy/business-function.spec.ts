/** docs/reference/protocol-facts.md §2; the tables here are written out and not read from catalogue.ts. */
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import { businessFunctionRefusal, onBehalfOfRefusal } from './business-function.js';

const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SOMEBODY = '555073103100';

describe('the business function', () => {
  it.each([
    ['A005', 'REFERRING_CLINICIAN', null, null],
    ['A005', 'REFERRING_ADMIN', 'GW_BUSINESS_FUNCTION', 'forbidden'],
    ['A005', 'SERVICE_DEFINER', 'GW_BUSINESS_FUNCTION', 'forbidden'],
    ['A005', null, 'GW_HEADER_SYNTAX', 'required'],
    ['A008', 'REFERRING_ADMIN', null, null],
    ['A013', 'REFERRING_CLINICIAN', 'GW_BUSINESS_FUNCTION', 'forbidden'],
    ['A040', SPCA, null, null],
    ['A040', 'SERVICE_PROVIDER_CLINICIAN', 'GW_BUSINESS_FUNCTION', 'forbidden'],
    // A030 finds out what a user may be, and takes none.
    ['A030', null, null, null],
    ['A030', 'SERVICE_DEFINER', null, null],
    ['A030', 'PROVIDER_AUTHORISED_APPLICATION', 'GW_HEADER_FORBIDDEN', 'forbidden'],
    ['A005', 'PROVIDER_AUTHORISED_APPLICATION', 'GW_HEADER_FORBIDDEN', 'forbidden'],
    ['A005', 'REFERRER_AUTHORISED_APPLICATION', 'GW_HEADER_FORBIDDEN', 'forbidden'],
    ['A005', 'AUTHORISED_APPLICATION', 'GW_HEADER_FORBIDDEN', 'forbidden'],
  ])('%s as %s: %s', (interaction, businessFunction, code, issue) => {
    const refusal = businessFunctionRefusal(row(interaction), { businessFunction, onBehalfOfUserId: null });
    expect([refusal?.code ?? null, refusal?.fhirIssue ?? null]).toEqual([code, issue]);
  });

  it('is refused, with the permitted ones, if it is missing or not permitted', () => {
    const refusal = businessFunctionRefusal(row('A013'), {
      businessFunction: 'COMMISSIONER',
      onBehalfOfUserId: null,
    });
    expect(refusal?.options.candidates).toEqual(['SERVICE_PROVIDER_CLINICIAN', SPCA]);
  });
});

describe('on behalf of', () => {
  it.each([
    ['A005', SPCA, SOMEBODY, null, null],
    ['A005', SPCA, null, 'GW_HEADER_SYNTAX', 'required'],
    ['A036', SPCA, null, 'GW_HEADER_SYNTAX', 'required'],
    ['A005', 'REFERRING_CLINICIAN', SOMEBODY, 'GW_HEADER_FORBIDDEN', 'forbidden'],
    ['A005', 'REFERRING_CLINICIAN', null, null, null],
    // A040 finds out for whom, and A030 what a user may be.
    ['A040', SPCA, null, null, null],
    ['A040', SPCA, SOMEBODY, null, null],
    ['A030', 'REFERRING_CLINICIAN', SOMEBODY, null, null],
  ])('%s as %s for %s: %s', (interaction, businessFunction, onBehalfOfUserId, code, issue) => {
    const refusal = onBehalfOfRefusal(row(interaction), { businessFunction, onBehalfOfUserId });
    expect([refusal?.code ?? null, refusal?.fhirIssue ?? null]).toEqual([code, issue]);
  });
});
