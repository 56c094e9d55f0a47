/**
 * A webhook's URL as it may be shown and recorded: scheme and host. Path and query often hold the secret by which a chat
 * service knows the sender, so nobody sees them again after they were entered.
 * @param url an absolute https URL
 */
export function maskedUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? `${origin}/` : `${origin}/…`;
}
