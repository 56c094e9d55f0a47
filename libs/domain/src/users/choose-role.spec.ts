import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import type { Grant } from '../registry/registry.js';
import { chooseRole, type RoleRequest } from './choose-role.js';
import type { UserFunction, UserRole } from './roles.js';

const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
const grant = (odsCode: string): Grant => ({
  odsCode,
  product: 'ReferWell',
  accessMode: 'user-restricted',
  capability: null,
});
const role = (odsCode: string, businessFunction: UserFunction): UserRole => ({ odsCode, businessFunction });
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const RC = 'REFERRING_CLINICIAN';

/** A013 may be performed by a provider's clinicians alone, A005 by referrers too. */
function choose(request: Partial<RoleRequest> = {}): string {
  const choice = chooseRole({
    grants: [grant('R69'), grant('RCD')],
    roles: [role('R69', SPC), role('R69', RC), role('RCD', RC)],
    odsCode: null,
    businessFunction: null,
    sessionRole: null,
    operation: row('A013'),
    organisationName: (odsCode) => (odsCode === 'R69' ? 'Example NHS Trust' : null),
    ...request,
  });
  if (!choice.ok) return `${choice.step}: ${choice.refusal.code}`;
  const odsCodes = choice.grants.map(({ odsCode }) => odsCode).join(' or ');
  return choice.role === null ? odsCodes : `${odsCodes} ${choice.role.businessFunction}`;
}

describe('the role of one call', () => {
  it.each<[why: string, request: Partial<RoleRequest>, outcome: string]>([
    ['the one that suits the interaction is used without asking', {}, `R69 ${SPC}`],
    ['the request chooses the organisation', { operation: row('A005'), odsCode: 'RCD' }, `RCD ${RC}`],
    ['the request chooses the function', { operation: row('A005'), businessFunction: SPC }, `R69 ${SPC}`],
    [
      'the session’s choice holds where the request makes none',
      { operation: row('A005'), sessionRole: role('RCD', RC) },
      `RCD ${RC}`,
    ],
    [
      'the request’s choice holds over the session’s',
      { operation: row('A005'), sessionRole: role('RCD', RC), odsCode: 'R69', businessFunction: RC },
      `R69 ${RC}`,
    ],
    [
      'the session’s function is that of its own organisation',
      { sessionRole: role('RCD', RC), odsCode: 'R69' },
      `R69 ${SPC}`,
    ],
    ['several that suit are offered', { operation: row('A005') }, 'role: GW_ROLE_CHOICE'],
    ['none that suits', { odsCode: 'RCD' }, 'role: GW_USER_ROLE'],
    [
      'a function that the user hasn’t',
      { businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN' },
      'role: GW_USER_ROLE',
    ],
    ['a role at an organisation that is not granted', { grants: [grant('RCD')] }, 'role: GW_USER_ROLE'],
    ['an organisation that is not granted', { odsCode: 'X26' }, 'grant: GW_GRANT'],
    ['no grant at all', { grants: [] }, 'grant: GW_GRANT'],
    [
      'a function that the interaction refuses',
      { businessFunction: RC },
      'business function: GW_BUSINESS_FUNCTION',
    ],
    [
      'the function of an application',
      { businessFunction: 'PROVIDER_AUTHORISED_APPLICATION' },
      'business function: GW_HEADER_FORBIDDEN',
    ],
    [
      'A030 takes none, whatever the request names',
      { operation: row('A030'), businessFunction: RC },
      'R69 or RCD',
    ],
    [
      'A030 goes first through an application that serves the user',
      { operation: row('A030'), roles: [role('RCD', RC)] },
      'RCD or R69',
    ],
    ['A030 before anything is known of the user', { operation: row('A030'), roles: [] }, 'R69 or RCD'],
    ['A030 at the organisation that is chosen', { operation: row('A030'), odsCode: 'RCD' }, 'RCD'],
  ])('%s', (_why, request, outcome) => {
    expect(choose(request)).toBe(outcome);
  });

  it('several are offered in words', () => {
    const choice = chooseRole({
      grants: [grant('R69'), grant('RCD')],
      roles: [role('R69', SPC), role('RCD', RC)],
      ...{ odsCode: null, businessFunction: null, sessionRole: null, operation: row('A005') },
      organisationName: (odsCode) => (odsCode === 'R69' ? 'Example NHS Trust' : null),
    });
    expect(choice.ok || choice.refusal.options.candidates).toEqual([
      'Service provider clinician at Example NHS Trust (R69)',
      'Referring clinician at RCD',
    ]);
  });
});
