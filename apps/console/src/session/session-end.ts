/** When the session ends, and when to look at that again. */

/** WCAG 2.2.1 asks for at least 20 seconds; people need longer to save what they were writing. */
export const WARN_S = 120;
/** How often it is looked at while the warning is shown: another tab may have kept the session. */
const LOOK_S = 10;
/** After a failure that says nothing about the session. */
const AGAIN_S = 60;

/**
 * @param endsInS by the newest answer of the gateway; requests since then have made it later
 * @param error of the newest look
 * @returns milliseconds; false: the session has ended, and there is nothing to look at
 */
export function nextLookMs(
  endsInS: number | undefined,
  error: unknown,
  isSignedOut: (error: unknown) => boolean,
): number | false {
  if (error !== null) return isSignedOut(error) ? false : AGAIN_S * 1_000;
  if (endsInS === undefined) return false;
  return (endsInS > WARN_S ? endsInS - WARN_S : LOOK_S) * 1_000;
}
