import type { ErsData } from '../ers/records/data.js';
import { personFrom, type Person, type PersonInput, type PersonRole } from './person.js';

const RC = 'REFERRING_CLINICIAN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SPA = 'SERVICE_PROVIDER_ADMIN';

const at = (odsCode: string, roleName: string, ...businessFunctions: string[]): PersonRole => ({
  odsCode,
  roleName,
  businessFunctions,
});
const consultantAtR69 = [at('R69', 'Consultant', SPC)];

/** One person for each case. The numbers up to 656005750112 have the levels that they have at NHS England's mock CIS2. */
const SEED: readonly [userId: string, PersonInput][] = [
  [
    '656005750104',
    {
      givenName: 'Rosa',
      familyName: 'Field',
      duty: 'one role: referring clinician at A20047',
      roles: [at('A20047', 'General Medical Practitioner', RC)],
    },
  ],
  [
    '656005750107',
    {
      givenName: 'Tom',
      familyName: 'Hale',
      duty: 'many roles: refers and treats at R69, treats at RCD, refers at X26',
      roles: [
        at('R69', 'Consultant', RC, SPC, SPA),
        at('RCD', 'Consultant', SPC, SPA),
        at('X26', 'General Medical Practitioner', RC),
      ],
    },
  ],
  [
    '656005750108',
    {
      givenName: 'Mina',
      familyName: 'Shah',
      duty: 'clinician admin at R69 and RCD, acts for two clinicians',
      roles: [at('R69', 'Medical Secretary', SPCA), at('RCD', 'Medical Secretary', SPCA)],
      onBehalfOf: ['656005750107', '656005750109'],
    },
  ],
  [
    '656005750109',
    {
      givenName: 'Ivy',
      familyName: 'Lane',
      duty: 'signs in at AAL2, clinician at R69',
      aals: [2],
      roles: consultantAtR69,
    },
  ],
  [
    '656005750110',
    {
      givenName: 'Una',
      familyName: 'Price',
      duty: 'signs in at AAL1, clinician at R69',
      aals: [1],
      roles: consultantAtR69,
    },
  ],
  [
    '656005750111',
    {
      givenName: 'Max',
      familyName: 'Stone',
      duty: 'signs in at AAL2, or at AAL3 where that is required; clinician at R69',
      aals: [2, 3],
      roles: consultantAtR69,
    },
  ],
  [
    '656005750113',
    {
      givenName: 'Joe',
      familyName: 'Bell',
      duty: 'clinician admin at R69 with nobody to act for',
      roles: [at('R69', 'Medical Secretary', SPCA)],
    },
  ],
  ['656005750114', { givenName: 'Nia', familyName: 'Owen', duty: 'no role in e-RS' }],
  [
    '656005750115',
    {
      givenName: 'Kit',
      familyName: 'Moore',
      duty: 'identity verified to IAL2 only, clinician at R69',
      ial: 2,
      roles: consultantAtR69,
    },
  ],
  [
    '656005750116',
    {
      givenName: 'Sol',
      familyName: 'Grant',
      duty: 'clinician and service definer at R69; levels as numbers',
      numericLevels: true,
      roles: [at('R69', 'Consultant', 'SERVICE_DEFINER', SPC)],
    },
  ],
  [
    '656005750117',
    {
      givenName: 'Far',
      familyName: 'Away',
      duty: 'clinician at Y99999 alone, an organisation of somebody else',
      roles: [at('Y99999', 'Consultant', SPC)],
    },
  ],
  [
    '656005750118',
    {
      givenName: 'Cy',
      familyName: 'Ward',
      duty: 'signs in with CIS1, which e-RS does not permit',
      service: 'cis1',
      roles: consultantAtR69,
    },
  ],
];

/** The people who can sign in. e-RS follows them: A030 and A040 return what is here. */
export class People {
  readonly #ers: ErsData;
  readonly #byId = new Map<string, Person>();

  constructor(ers: ErsData) {
    this.#ers = ers;
  }

  /** Restores the people of the data set. */
  seed(): void {
    this.#byId.clear();
    for (const [userId, input] of SEED) this.put(userId, input);
  }

  put(userId: string, input: PersonInput): Person {
    const person = personFrom(userId, input, this.#byId.get(userId));
    this.#byId.set(userId, person);
    this.#ers.users.set(userId, person.roles);
    this.#ers.onBehalfOf.set(userId, person.onBehalfOf);
    return person;
  }

  get(userId: string): Person | undefined {
    return this.#byId.get(userId);
  }

  list(): Person[] {
    return [...this.#byId.values()];
  }
}
