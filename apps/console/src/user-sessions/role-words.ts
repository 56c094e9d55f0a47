/** “Referring clinician at R69, for 555000000001”; null: no role is chosen. */
export function roleOf(session: {
  readonly organisation: string | null;
  readonly businessFunction: string | null;
  readonly onBehalfOfUserId: string | null;
}): string | null {
  const { organisation, businessFunction, onBehalfOfUserId } = session;
  if (organisation === null || businessFunction === null) return null;
  const words = businessFunction.toLowerCase().replaceAll('_', ' ');
  const role = `${words.charAt(0).toUpperCase()}${words.slice(1)} at ${organisation}`;
  return onBehalfOfUserId === null ? role : `${role}, for ${onBehalfOfUserId}`;
}
