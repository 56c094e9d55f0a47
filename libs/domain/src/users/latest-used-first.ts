/**
 * The applications for which a user's tokens are fetched ahead, the latest used first: the ID token may expire before
 * all of them are there.
 * @param lastUsed ids of applications, the latest used first; those that it does not name come last, as they were given
 * @param most so many of them
 */
export function latestUsedFirst(
  applicationIds: readonly string[],
  lastUsed: readonly string[],
  most: number,
): string[] {
  const used = lastUsed.filter((id) => applicationIds.includes(id));
  return [...new Set([...used, ...applicationIds])].slice(0, most);
}
