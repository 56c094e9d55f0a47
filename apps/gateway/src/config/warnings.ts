import type { Config } from './config.js';

/** What start-up warns about: settings that are allowed, and that will not do what they look like. */
export function startWarnings({ environments, staff }: Pick<Config, 'environments' | 'staff'>): string[] {
  const guarded = [...environments.values()].filter(({ fourEyes }) => fourEyes === true);
  if (staff !== null || guarded.length === 0) return [];
  const names = guarded.map(({ name }) => name).join(', ');
  return [
    `no identity provider is configured (GATEHOUSE_STAFF_ISSUER), so nobody can approve what needs a second person in ${names}: no token ever does`,
  ];
}
