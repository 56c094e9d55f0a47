/** The made-up staff of the local identity provider: one for each role, and two for roles that approve each other's changes. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly duty: string;
  readonly groups: readonly string[];
}

export const PEOPLE: readonly Person[] = [
  { id: 'priya', name: 'Priya Nair', duty: 'platform engineer', groups: ['gatehouse-platform'] },
  { id: 'pawel', name: 'Pawel Nowak', duty: 'second platform engineer', groups: ['gatehouse-platform'] },
  { id: 'gita', name: 'Gita Rao', duty: 'governance officer', groups: ['gatehouse-governance'] },
  { id: 'grace', name: 'Grace Obi', duty: 'second governance officer', groups: ['gatehouse-governance'] },
  {
    id: 'gwen',
    name: 'Gwen Hughes',
    duty: 'governance officer of R69 alone',
    groups: ['gatehouse-governance-r69'],
  },
  { id: 'omar', name: 'Omar Haddad', duty: 'auditor', groups: ['gatehouse-audit'] },
  { id: 'ada', name: 'Ada Clarke', duty: 'administrator', groups: ['gatehouse-administrators'] },
  { id: 'nils', name: 'Nils Berg', duty: 'no role', groups: [] },
];

export const personOf = (id: string): Person | undefined => PEOPLE.find((person) => person.id === id);
export const emailOf = ({ id }: Person): string => `${id}@staff.example`;
