/** A FHIR resource or a part of one. */
export type Fhir = Readonly<Record<string, unknown>>;

export const STU3_CODES = 'https://fhir.nhs.uk/STU3/CodeSystem';
export const STU3_PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition';
export const STU3_NHS_NUMBER = 'http://fhir.nhs.net/Id/nhs-number';
export const STU3_SERVICE = 'http://fhir.nhs.net/Id/ers-service';
export const STU3_USER = 'http://fhir.nhs.net/Id/sds-user-id';
export const ODS_CODE = 'https://fhir.nhs.uk/Id/ods-organization-code';
export const UBRN = 'https://fhir.nhs.uk/Id/UBRN';

export const PRIORITIES: readonly string[] = ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'];

export const profile = (name: string): Fhir => ({ profile: [`${STU3_PROFILES}/${name}`] });
export const concept = (system: string, code: string, display?: string): Fhir => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
export const identifier = (system: string, value: string): Fhir => ({ identifier: { system, value } });
export const extension = (name: string, value: Fhir): Fhir => ({
  url: `${STU3_PROFILES}/Extension-eRS-${name}-1`,
  ...value,
});
export const priorityConcept = (code: string): Fhir => concept(`${STU3_CODES}/eRS-Priority-1`, code);

/** A search result; e-RS adds no paging links to these. */
export function searchset(id: string, at: string, self: string, entries: readonly Fhir[]): Fhir {
  return {
    id,
    meta: { lastUpdated: at },
    resourceType: 'Bundle',
    type: 'searchset',
    total: entries.length,
    timestamp: at,
    link: [{ relation: 'self', url: self }],
    ...(entries.length === 0
      ? {}
      : { entry: entries.map((entry) => ({ ...entry, search: { mode: 'match' } })) }),
  };
}

/** The shortlist of services and the criteria they were found by, as contained resources. */
export function shortlistParts(
  services: readonly { id: string; name: string }[],
  priority: string,
  specialty: string,
  base: string,
): Fhir[] {
  return [
    {
      id: 'serviceSearchCriteria',
      meta: profile('eRS-ServiceSearchCriteria-Parameters-1'),
      resourceType: 'Parameters',
      parameter: [
        { name: 'priority', valueCoding: { system: `${STU3_CODES}/eRS-Priority-1`, code: priority } },
        { name: 'specialty', valueCoding: { system: `${base}/STU3/CodeSystem/SPECIALTY`, code: specialty } },
        { name: 'ageAndGenderAppropriate', valueBoolean: false },
      ],
    },
    {
      id: 'shortlist',
      meta: profile('eRS-Shortlist-List-1'),
      resourceType: 'List',
      extension: [
        extension('Shortlist-SearchCriteria', { valueReference: { reference: '#serviceSearchCriteria' } }),
      ],
      status: 'current',
      mode: 'snapshot',
      entry: services.map(({ id, name }) => ({ item: { ...identifier(STU3_SERVICE, id), display: name } })),
    },
  ];
}
