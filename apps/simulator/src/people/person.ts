/** A healthcare worker as CIS2 and e-RS know them. All of them are made up. */
export interface Person {
  /** CIS2 `sub` and SDS user id: 12 digits. */
  readonly userId: string;
  readonly givenName: string;
  readonly familyName: string;
  /** The case that this person stands for, as the sign-in page shows it. */
  readonly duty: string;
  /** The authentication assurance levels that this person's authenticators reach, lowest first. */
  readonly aals: readonly number[];
  /** Identity assurance level. */
  readonly ial: number;
  readonly roles: readonly PersonRole[];
  /** User ids for whom this person may act as SERVICE_PROVIDER_CLINICIAN_ADMIN; A040 lists them. */
  readonly onBehalfOf: readonly string[];
  /** Whether the ID token has the levels as numbers. Both numbers and strings occur. */
  readonly numericLevels: boolean;
  /** `cis1`: the ID token names the older service, which is not permitted for e-RS. */
  readonly service: 'cis2' | 'cis1';
}

/** A person's role at an organisation: e-RS's business functions, and the words that CIS2's userinfo has for them. */
export interface PersonRole {
  readonly odsCode: string;
  readonly businessFunctions: readonly string[];
  readonly roleName?: string;
}

/** What a person consists of when it is added; everything but the user id has a default. */
export type PersonInput = Partial<Omit<Person, 'userId'>>;

export function personFrom(userId: string, input: PersonInput, former?: Person): Person {
  return {
    givenName: 'Test',
    familyName: `User ${userId}`,
    duty: 'added by a test',
    aals: [3],
    ial: 3,
    roles: [],
    onBehalfOf: [],
    numericLevels: false,
    service: 'cis2',
    ...former,
    ...input,
    userId,
  };
}

export const nameOf = ({ givenName, familyName }: Person): string => `${givenName} ${familyName}`;
