/** The path of CIS2's issuer, as in int and live (docs/reference/protocol-facts.md §7). */
export const CIS2_PATH = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
/** The older service has no public issuer; this one only resembles it. */
export const CIS1_PATH = '/cis1/openam/oauth2/realms/root';
