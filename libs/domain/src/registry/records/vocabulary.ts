/** The closed sets of words that registry records are written in; the first four are NHS England's own. */
export const ACCESS_MODES = ['user-restricted', 'application-restricted'] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

export const CAPABILITIES = ['referrer', 'provider'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Services an ASID for e-RS may be shared with (docs/reference/protocol-facts.md §9.1). */
export const SHAREABLE_SERVICES = ['NEMS', 'CP-IS', 'GP Connect'] as const;
/** Services that need an ASID of their own; listed so that a refusal can say why. */
export const UNSHAREABLE_SERVICES = ['PDS', 'EPS', 'SCR'] as const;

/** `open`: the NHS sandbox, without tokens, ASIDs, SROs and users. */
export type EnvironmentKind = 'authenticated' | 'open';

export const ORGANISATION_STATES = ['active', 'suspended', 'retired'] as const;
export type OrganisationState = (typeof ORGANISATION_STATES)[number];

export const PRODUCT_STATES = ['active', 'retired'] as const;
export type ProductState = (typeof PRODUCT_STATES)[number];

export const APPLICATION_STATES = ['draft', 'live', 'suspended', 'retired'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export const CLIENT_STATES = ['active', 'suspended', 'retired'] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

/** How much of an application's rate a client has, beside another that waits for it and whose share is single. */
export const RATE_SHARES = ['single', 'double', 'fourfold'] as const;
export type RateShare = (typeof RATE_SHARES)[number];

/**
 * How a CIS2 client proves who it is: with a key, with a secret, or not at all, because the supplier signs its users
 * in itself and brings their ID tokens.
 */
export const CIS2_CLIENT_AUTHS = ['private_key_jwt', 'client_secret', 'supplier'] as const;

export const CIS2_SIGNING_ALGORITHMS = ['RS512', 'RS256'] as const;

export const CIS2_CLIENT_STATES = ['active', 'retired'] as const;
