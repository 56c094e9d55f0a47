/** What a release takes from CHANGELOG.md, and whether its version is a newer one. */

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const UNRELEASED = /^## \[Unreleased\]\n([^]*?)(?=^## \[|(?![^]))/m;

/**
 * @param {string} version "1.2.3"; a release has neither a pre-release nor build metadata
 * @param {string} than
 * @returns {boolean} whether it is later by the order of Semantic Versioning; false if it is no version
 */
export function isNewer(version, than) {
  const [numbers, others] = [version, than].map((text) => VERSION.exec(text)?.slice(1).map(Number));
  if (numbers === undefined || others === undefined) return false;
  const at = numbers.findIndex((number, n) => number !== others[n]);
  return at !== -1 && numbers[at] > others[at];
}

/**
 * Gives what is under “Unreleased” to a version, and leaves that section empty.
 * @param {string} text of CHANGELOG.md
 * @param {string} version
 * @param {string} date "2026-01-31"
 * @returns {{ text: string, notes: string } | null} null if nothing is under “Unreleased”
 */
export function cutRelease(text, version, date) {
  const notes = (UNRELEASED.exec(text)?.[1] ?? '').trim();
  if (!/^- /m.test(notes)) return null;
  const section = `## [Unreleased]\n\n## [${version}] - ${date}\n\n${notes}\n\n`;
  return { text: `${text.replace(UNRELEASED, () => section).trimEnd()}\n`, notes };
}
