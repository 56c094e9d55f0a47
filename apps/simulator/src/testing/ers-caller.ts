import type { Harness } from './harness.js';

/** An application of that capability (`provider` of R69, `referrer` of A20047) or a user in that business function. */
export type Who = 'provider' | 'referrer' | 'SPC' | 'RC' | 'SPCA';
export const USERS: Readonly<Record<string, Record<string, string>>> = {
  SPC: {
    'NHSD-End-User-Organisation-ODS': 'R69',
    'NHSD-eRS-Business-Function': 'SERVICE_PROVIDER_CLINICIAN',
  },
  RC: { 'NHSD-End-User-Organisation-ODS': 'A20047', 'NHSD-eRS-Business-Function': 'REFERRING_CLINICIAN' },
  SPCA: {
    'NHSD-End-User-Organisation-ODS': 'R69',
    'NHSD-eRS-Business-Function': 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  },
};

/** Calls e-RS as the given caller. JSON answers are parsed, and e-RS’s error code is extracted. */
export async function callAs(
  h: Harness,
  who: Who,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
) {
  const headers = {
    Authorization: `Bearer ${await (who === 'provider' || who === 'referrer' ? h.token(who) : h.token('provider', {}))}`,
    ...USERS[who],
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/fhir+json' }),
    ...options.headers,
  };
  const text =
    typeof options.body === 'string'
      ? options.body
      : options.body === undefined
        ? ''
        : JSON.stringify(options.body);
  const response = await h.ers(method, path, headers, text);
  const isJson = response.headers['content-type']?.includes('json') === true && response.body !== '';
  const json = (isJson ? JSON.parse(response.body) : {}) as {
    [key: string]: unknown;
    issue?: { details?: { coding: { code: string }[] } }[];
    meta?: { versionId?: string };
  };
  return { ...response, json, code: json.issue?.[0]?.details?.coding[0]?.code };
}

/** Parts of FHIR bodies that e-RS accepts. */
export const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
export const coded = (name: string, code: string) => ({ name, valueCoding: { code } });
export const shortlist = (...ids: string[]) => ({
  name: 'shortlist',
  resource: { resourceType: 'List', entry: ids.map((value) => ({ item: { identifier: { value } } })) },
});
export const patient = (value = '9000000009') => ({ name: 'patient', valueIdentifier: { value } });
export const listType = (code: string) => ({
  name: 'listType',
  valueCodeableConcept: { coding: [{ code }] },
});
export const service = (value: string) => ({ name: 'service', valueIdentifier: { value } });
export const WORKLIST = '/FHIR/STU3/ReferralRequest/$ers.fetchworklist';
export const REFERRAL = '/FHIR/STU3/ReferralRequest';
export const ADVICE = '/FHIR/STU3/CommunicationRequest';
export const ifMatch = (version: number) => ({ 'If-Match': `W/"${version}"` });

/** Restores the seeded data and registers the two applications of `callAs`. */
export async function freshErs(h: Harness): Promise<void> {
  await h.control('POST', '/reset');
  await h.control('POST', '/options', { relationships: 'enforced', worklistDailyLimit: false });
  await h.putApp('provider');
  await h.putApp('referrer', {
    attributes: {
      'app-restricted-business-function': 'REFERRER_AUTHORISED_APPLICATION',
      'app-restricted-ods-code': 'A20047',
    },
  });
}
