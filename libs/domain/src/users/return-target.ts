/**
 * A supplier's return target with what it gets back. What is registered stays as it is written, byte for byte, whatever
 * query it has.
 */
export function returnUrl(
  returnTarget: string,
  { code, state }: { readonly code: string; readonly state: string },
): string {
  const joint = !returnTarget.includes('?') ? '?' : /[?&]$/.test(returnTarget) ? '' : '&';
  return `${returnTarget}${joint}code=${encodeURIComponent(code)}&state=${encodeURIComponent(state)}`;
}
