/** The usual next step of a key in each state; null: there is none. */
export const KEY_STEPS = {
  PENDING: { route: 'keyPublish', label: 'Publish', done: 'Signing key published.', danger: false },
  PUBLISHED: { route: 'keyActivate', label: 'Activate', done: 'Signing key activated.', danger: false },
  ACTIVE: { route: 'keyRetire', label: 'Retire', done: 'Signing key retired.', danger: true },
  RETIRING: { route: 'keyRemove', label: 'Remove', done: 'Signing key removed.', danger: true },
  REMOVED: null,
} as const;
