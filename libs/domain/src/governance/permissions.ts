/**
 * Who may do what in the admin API and the console: one row an action. A person needs one of `roles`, perhaps for
 * some organisations only; a service token needs one of `scopes`; a personal token needs both. What has no row is
 * refused.
 */
export const STAFF_ROLES = ['platform-engineer', 'governance-officer', 'auditor', 'administrator'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const TOKEN_SCOPES = ['registry', 'governance', 'audit'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Of a wall link. No other token has it, and it allows nothing else (ADR 78). */
export const WALL_SCOPE = 'wall';

interface Row {
  readonly roles: readonly StaffRole[];
  readonly scopes: readonly (TokenScope | typeof WALL_SCOPE)[];
}

const readers: Row = {
  roles: ['platform-engineer', 'governance-officer', 'auditor'],
  scopes: ['registry', 'governance', 'audit'],
};
const platform: Row = { roles: ['platform-engineer'], scopes: ['registry'] };
const governance: Row = { roles: ['governance-officer'], scopes: ['governance'] };

export const PERMISSIONS = {
  'registry.read': readers,
  'registry.write': platform,
  'client-key.write': platform,
  'signing-key.read': { roles: readers.roles, scopes: ['registry', 'audit'] },
  'signing-key.write': platform,
  /** Suspending and resuming at once, by one person. */
  'emergency.stop': {
    roles: ['platform-engineer', 'governance-officer'],
    scopes: ['registry', 'governance'],
  },
  /** Reviewing a stop afterwards, by somebody else. */
  'emergency.review': { roles: ['governance-officer'], scopes: [] },
  /** Sessions of healthcare workers. */
  'user-session.read': readers,
  'user-session.end': {
    roles: ['platform-engineer', 'governance-officer'],
    scopes: ['registry', 'governance'],
  },
  'sro.read': { roles: readers.roles, scopes: ['governance', 'audit'] },
  'sro.write': governance,
  'exception.read': { roles: readers.roles, scopes: ['governance', 'audit'] },
  'exception.write': governance,
  'assurance.read': { roles: readers.roles, scopes: ['governance', 'audit'] },
  'assurance.write': governance,
  /** Whether changes in an environment need a second person. */
  'four-eyes.write': governance,
  'change.read': readers,
  /** The change itself names the role that decides it; a token of no person decides nothing. */
  'change.decide': { roles: ['platform-engineer', 'governance-officer'], scopes: [] },
  'change.withdraw': {
    roles: ['platform-engineer', 'governance-officer', 'auditor'],
    scopes: ['registry', 'governance', 'audit'],
  },
  /** One token and one read under an application, audited, to learn what NHS England says now. */
  'doctor.ask': platform,
  doctor: { roles: readers.roles, scopes: ['registry', 'governance'] },
  explain: readers,
  'planner.read': readers,
  /** What an event would hit, and the plan for it. */
  'impact.read': readers,
  /** Requesting a plan, carrying it out and ticking off its steps; each change in it needs its own permission too. */
  'impact.plan': {
    roles: ['platform-engineer', 'governance-officer'],
    scopes: ['registry', 'governance'],
  },
  'dashboard.read': readers,
  /** Everybody’s tokens that end soon, and the wall links. */
  'administration.read': { roles: ['administrator'], scopes: [] },
  /** Figures and counts without names, for a screen that everybody sees. */
  'wall.read': { roles: ['administrator'], scopes: [WALL_SCOPE] },
  /** Making wall links, and revoking those of others; a person does that. */
  'wall.write': { roles: ['administrator'], scopes: [] },
  /** The processes of Gatehouse and their health. */
  'replica.read': { roles: STAFF_ROLES, scopes: readers.scopes },
  /** Background jobs. */
  'job.read': readers,
  'job.run': platform,
  'audit.read': { roles: readers.roles, scopes: ['audit'] },
  /** Its chains, how far they are verified, and by whom; no record is shown. */
  'trail.read': { roles: STAFF_ROLES, scopes: ['audit'] },
  /** Having the whole trail verified at once. */
  'trail.verify': { roles: ['auditor', 'administrator'], scopes: ['audit'] },
  /** How long it is kept. */
  'retention.read': { roles: STAFF_ROLES, scopes: ['governance', 'audit'] },
  'retention.write': governance,
  /** By NHS number or UBRN. */
  'audit.search': { roles: ['governance-officer', 'auditor'], scopes: ['audit'] },
  'audit.export': { roles: ['governance-officer', 'auditor'], scopes: ['audit'] },
  /** An evidence pack: everything that it shows must be readable by who makes it, and it leaves Gatehouse like an export. */
  'evidence.make': { roles: ['governance-officer', 'auditor'], scopes: ['audit'] },
  /** Requesting to see a patient's identifier, which is shown only after a second person has approved. */
  'audit.reveal': { roles: ['governance-officer', 'auditor'], scopes: [] },
  'staff.read': { roles: ['administrator', 'auditor'], scopes: [] },
  'staff.write': { roles: ['administrator'], scopes: [] },
  /** Who holds which role, and who has confirmed that they still need it. */
  'access.read': { roles: ['administrator', 'governance-officer', 'auditor'], scopes: [] },
  /** Confirming that somebody else still needs a role: not administrators alone, or a lone one would have nobody. */
  'access.review': { roles: ['administrator', 'governance-officer'], scopes: [] },
  /** One's own sign-ins. */
  'session.own': { roles: STAFF_ROLES, scopes: [] },
  /** One's own tokens; of a token without a person, tokens with at most its scopes. */
  'token.own': { roles: STAFF_ROLES, scopes: TOKEN_SCOPES },
  /** Which notices one receives; a token of no person receives none. */
  'notice-choice.own': { roles: STAFF_ROLES, scopes: TOKEN_SCOPES },
} as const satisfies Record<string, Row>;

export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as readonly Permission[];

/** A role that a person has. `odsCodes` null: for every organisation. */
export interface HeldRole {
  readonly role: StaffRole;
  readonly odsCodes: readonly string[] | null;
}

/** What a caller may do: a person's roles (null: a service's token), within the scopes of a token (null: no token). */
export interface Powers {
  readonly roles: readonly HeldRole[] | null;
  readonly scopes: readonly string[] | null;
}

/** The organisations that an action may affect: all, or these. */
export type Reach = 'all' | ReadonlySet<string>;

/** The organisations for which the caller has a permission; null: for none. */
export function reachOf({ roles, scopes }: Powers, permission: Permission): Reach | null {
  const row: Row = PERMISSIONS[permission];
  if (scopes !== null && !row.scopes.some((scope) => scopes.includes(scope))) return null;
  if (roles === null) return scopes === null ? null : 'all';
  const granting = roles.filter(({ role }) => row.roles.includes(role));
  if (granting.length === 0) return null;
  const codes = new Set<string>();
  for (const { odsCodes } of granting) {
    if (odsCodes === null) return 'all';
    for (const odsCode of odsCodes) codes.add(odsCode);
  }
  return codes;
}

/** Whether something that belongs to these organisations is within reach: all of them must be. */
export function reaches(reach: Reach, odsCodes: readonly string[]): boolean {
  return reach === 'all' || (odsCodes.length > 0 && odsCodes.every((odsCode) => reach.has(odsCode)));
}
