import type { Fhir } from '../fhir.js';

/** A service that takes referrals. */
export interface Service {
  readonly id: string;
  readonly name: string;
  readonly providerOdsCode: string;
  readonly specialty: string;
  readonly kind: 'DIRECTLY_BOOKABLE' | 'INDIRECTLY_BOOKABLE' | 'TRIAGE' | 'ADVICE';
}

export const SERVICES: readonly Service[] = [
  {
    id: '1',
    name: 'Test-Service Cardiology One',
    providerOdsCode: 'R69',
    specialty: 'CARDIOLOGY',
    kind: 'DIRECTLY_BOOKABLE',
  },
  {
    id: '2',
    name: 'Test-Service Cardiology Two',
    providerOdsCode: 'RCD',
    specialty: 'CARDIOLOGY',
    kind: 'INDIRECTLY_BOOKABLE',
  },
  {
    id: '11000',
    name: 'Test-Service Directly Bookable',
    providerOdsCode: 'R69',
    specialty: 'CARDIOLOGY',
    kind: 'DIRECTLY_BOOKABLE',
  },
  {
    id: '11002',
    name: 'Test-Service Good Cardiology',
    providerOdsCode: 'R69',
    specialty: 'CARDIOLOGY',
    kind: 'DIRECTLY_BOOKABLE',
  },
  {
    id: '11012',
    name: 'Test-Service Triage',
    providerOdsCode: 'R69',
    specialty: 'CARDIOLOGY',
    kind: 'TRIAGE',
  },
  {
    id: '11013',
    name: 'Test-Service Slot Issues',
    providerOdsCode: 'RCD',
    specialty: 'DERMATOLOGY',
    kind: 'INDIRECTLY_BOOKABLE',
  },
  {
    id: '11014',
    name: 'Test-Service Advice Only',
    providerOdsCode: 'R69',
    specialty: 'CARDIOLOGY',
    kind: 'ADVICE',
  },
  {
    id: '11021',
    name: 'Test-Service Deferrals',
    providerOdsCode: 'X26',
    specialty: 'CARDIOLOGY',
    kind: 'TRIAGE',
  },
];

/** A HealthcareService, R4 (A033, A035). */
export function renderService(service: Service): Fhir {
  return {
    id: service.id,
    meta: { versionId: '1', profile: ['https://fhir.nhs.uk/StructureDefinition/eRS-HealthcareService'] },
    language: 'en',
    resourceType: 'HealthcareService',
    active: true,
    providedBy: {
      identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: service.providerOdsCode },
    },
    specialty: [
      { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/eRS-Specialty', code: service.specialty }] },
    ],
    location: [
      {
        identifier: { system: 'https://fhir.nhs.uk/Id/ods-site-code', value: `${service.providerOdsCode}01` },
      },
    ],
    name: service.name,
  };
}
