import { nameOf, type Person, type PersonRole } from '../people/person.js';

/** The activity of each business function (docs/reference/protocol-facts.md §2). Others have none in CIS2. */
const ACTIVITIES: Readonly<Record<string, string>> = {
  REFERRING_CLINICIAN: 'B1101',
  REFERRING_CLINICIAN_ADMIN: 'B1102',
  REFERRING_ADMIN: 'B1103',
  SERVICE_PROVIDER_CLINICIAN: 'B1110',
  SERVICE_PROVIDER_CLINICIAN_ADMIN: 'B1115',
  SERVICE_PROVIDER_ADMIN: 'B1120',
};

/** Which claims of userinfo each scope gives. */
export const USERINFO_CLAIMS = {
  openid: ['sub'],
  profile: ['name', 'given_name', 'family_name', 'uid'],
  email: ['email'],
  nhsperson: ['nhsid_useruid', 'name', 'given_name', 'family_name', 'uid'],
  nationalrbacaccess: ['nhsid_useruid', 'nhsid_nrbac_roles'],
  associatedorgs: ['nhsid_useruid', 'nhsid_user_orgs'],
};

/** Everything that CIS2's userinfo says of a person (docs/reference/protocol-facts.md §7). */
export function userinfoOf(person: Person) {
  const { userId, givenName, familyName, roles } = person;
  return {
    sub: userId,
    nhsid_useruid: userId,
    uid: userId,
    name: nameOf(person),
    given_name: givenName,
    family_name: familyName,
    email: `${givenName}.${familyName}@nhs.example`.toLowerCase().replaceAll(' ', '-'),
    nhsid_nrbac_roles: roles.map((role, i) => nationalRole(userId, role, i)),
    nhsid_user_orgs: roles.map(({ odsCode }) => ({ org_code: odsCode, org_name: `Organisation ${odsCode}` })),
  };
}

function nationalRole(
  userId: string,
  { odsCode, roleName = 'Clinical Practitioner', businessFunctions }: PersonRole,
  i: number,
) {
  const activityCodes = businessFunctions.flatMap((name) => ACTIVITIES[name] ?? []);
  return {
    person_orgid: `${userId.slice(0, 9)}${100 + i}`,
    person_roleid: `${userId.slice(0, 9)}${200 + i}`,
    org_code: odsCode,
    role_name: `"Clinical":"Clinical Provision":"${roleName}"`,
    role_code: 'S0080:G0450:R5080',
    activities: activityCodes.map((code) => `e-RS ${code}`),
    activity_codes: activityCodes,
    workgroups: [],
    workgroups_codes: [],
  };
}
