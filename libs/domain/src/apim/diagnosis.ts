/**
 * Known misconfigurations on NHS England's side, told from what its proxy answers (docs/reference/protocol-facts.md
 * §1.7). Suppliers can't read an application's attributes back, so these answers are the only sign of what is
 * missing.
 */
export interface Diagnosis {
  /** Stable code, sent as `Gatehouse-Diagnosis` and explained in docs/diagnoses.md. */
  readonly code: string;
  readonly whatIsWrong: string;
  readonly whoMustAct: string;
}

const PARTNERS = 'the e-RS partners team of NHS England, asked by your platform team';

export const DIAGNOSES = {
  ASID_NOT_CONFIGURED: {
    code: 'ASID_NOT_CONFIGURED',
    whatIsWrong: 'The APIM application has no asid attribute.',
    whoMustAct: PARTNERS,
  },
  ODS_CODE_NOT_CONFIGURED: {
    code: 'ODS_CODE_NOT_CONFIGURED',
    whatIsWrong: 'The APIM application has no app-restricted-ods-code attribute.',
    whoMustAct: PARTNERS,
  },
  USER_ID_NOT_CONFIGURED: {
    code: 'USER_ID_NOT_CONFIGURED',
    whatIsWrong:
      'The APIM application has no app-restricted-user-id attribute (the Spine user id of the SRO).',
    whoMustAct: PARTNERS,
  },
  ATTRIBUTE_NOT_CONFIGURED: {
    code: 'ATTRIBUTE_NOT_CONFIGURED',
    whatIsWrong: 'The APIM application lacks an attribute that e-RS needs.',
    whoMustAct: PARTNERS,
  },
  NOT_SUBSCRIBED: {
    code: 'NOT_SUBSCRIBED',
    whatIsWrong: 'The APIM application is not subscribed to the e-RS API product of this access mode.',
    whoMustAct:
      'your platform team, in the NHS England developer portal; production needs NHS England approval',
  },
  ORGANISATION_NOT_ALLOWED: {
    code: 'ORGANISATION_NOT_ALLOWED',
    whatIsWrong: "The organisation is not on the APIM application's allow-list.",
    whoMustAct: PARTNERS,
  },
} as const satisfies Record<string, Diagnosis>;

/**
 * @param body the start of the answer's body as text
 * @param wwwAuthenticate that header's value, empty if absent
 */
export function diagnose(status: number, body: string, wwwAuthenticate: string): Diagnosis | null {
  if (status === 403 && body.includes('ASID is not configured in the application')) {
    return DIAGNOSES.ASID_NOT_CONFIGURED;
  }
  if (status === 403 && body.includes('Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS')) {
    return DIAGNOSES.ORGANISATION_NOT_ALLOWED;
  }
  if (status === 401 && `${wwwAuthenticate}${body}`.includes('no apiproduct match found')) {
    return DIAGNOSES.NOT_SUBSCRIBED;
  }
  if (status === 500 && body.includes('entities.UnresolvedVariable')) {
    if (body.includes('app.app-restricted-ods-code')) return DIAGNOSES.ODS_CODE_NOT_CONFIGURED;
    if (body.includes('app.app-restricted-user-id')) return DIAGNOSES.USER_ID_NOT_CONFIGURED;
    return DIAGNOSES.ATTRIBUTE_NOT_CONFIGURED;
  }
  return null;
}

/** A diagnosis by the code that a record has; null for none, and for one of another version. */
export const recordedDiagnosis = (code: string | null): Diagnosis | null =>
  Object.values<Diagnosis>(DIAGNOSES).find((each) => each.code === code) ?? null;
