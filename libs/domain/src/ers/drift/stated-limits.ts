/**
 * The limits that the specification states for interactions of this build's catalogue, in its own words. Nothing decides
 * on them: they are what a newer file is compared with. Source: `sizeLimits` and `restrictions` of
 * docs/reference/interactions.json.
 */
export const STATED_LIMITS: Readonly<Record<string, readonly string[]>> = {
  A006: ['5 MB'],
  A008: ['10 MB', 'two times per day'],
  A020: ['5 MB'],
  A023: ['10 MB'],
};
