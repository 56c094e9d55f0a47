import type { Fhir } from '../fhir.js';

/** The reference data of A004: a few codes of each system, enough to refer and to cancel with. */
export const CODE_SYSTEMS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  SPECIALTY: [
    ['CARDIOLOGY', 'Cardiology'],
    ['DERMATOLOGY', 'Dermatology'],
    ['ENT', 'Ear, Nose & Throat'],
    ['ORTHOPAEDICS', 'Orthopaedics'],
  ],
  'CLINIC-TYPE': [
    ['HEART_FAILURE', 'Heart Failure'],
    ['LIPID_MANAGEMENT', 'Lipid Management'],
    ['HYPERTENSION', 'Hypertension'],
  ],
  PRIORITY: [
    ['ROUTINE', 'Routine'],
    ['URGENT', 'Urgent'],
    ['TWO_WEEK_WAIT', '2 Week Wait'],
  ],
  'APPOINTMENT-CANCELLATION-REASON': [
    ['PATIENT_CANCELLED', 'Cancelled by Patient'],
    ['CLINICIAN_UNAVAILABLE', 'Clinician not available'],
  ],
  'REFERRAL-CANCELLATION-REASON': [
    ['TREATMENT_NO_LONGER_REQUIRED', 'Treatment no longer required'],
    ['RAISED_IN_ERROR', 'Raised in error'],
    ['PATIENT_INTENDS_TO_GO_PRIVATE', 'Patient intends to go private'],
    ['OTHER', 'Other'],
  ],
  'APPOINTMENT-NON-ATTENDANCE-REASON': [
    ['DID_NOT_ATTEND', 'Did not attend'],
    ['ARRIVED_LATE', 'Arrived late'],
  ],
};

export function codesOf(type: string): string[] {
  return (CODE_SYSTEMS[type] ?? []).map(([code]) => code);
}

export function renderCodeSystem(type: string, base: string): Fhir {
  return {
    id: type,
    meta: { versionId: '1', profile: ['http://hl7.org/fhir/StructureDefinition/CodeSystem'] },
    resourceType: 'CodeSystem',
    url: `${base}/STU3/CodeSystem/${type}`,
    version: '1',
    name: type,
    status: 'active',
    content: 'complete',
    concept: (CODE_SYSTEMS[type] ?? []).map(([code, display]) => ({ code, display })),
  };
}
