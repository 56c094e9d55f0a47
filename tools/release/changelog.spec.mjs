import { expect, it } from 'vitest';
import { cutRelease, isNewer } from './changelog.mjs';

it.each([
  ['0.1.1', '0.1.0', true],
  ['0.2.0', '0.1.9', true],
  ['1.0.0', '0.10.10', true],
  ['0.10.0', '0.9.0', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.9', '0.2.0', false],
  ['0.9.9', '1.0.0', false],
  ['v0.2.0', '0.1.0', false],
  ['0.2', '0.1.0', false],
  ['0.02.0', '0.1.0', false],
  ['0.2.0-rc.1', '0.1.0', false],
])('%s after %s: %s', (version, than, newer) => {
  expect(isNewer(version, than)).toBe(newer);
});

const HEAD = '# Changelog\n\nAll of it.\n\n';
const OLD = '## [0.1.0] - 2026-01-31\n\n### Added\n\n- One.\n';

it.each([
  ['before an older version', OLD],
  ['as the first version', ''],
])('cuts what is unreleased, %s', (_, old) => {
  const notes = '### Added\n\n- Two, for $1 and $&.\n\n### Changed\n\n- Three.';
  expect(cutRelease(`${HEAD}## [Unreleased]\n\n${notes}\n\n${old}`, '0.2.0', '2026-02-28')).toEqual({
    text: `${`${HEAD}## [Unreleased]\n\n## [0.2.0] - 2026-02-28\n\n${notes}\n\n${old}`.trimEnd()}\n`,
    notes,
  });
});

it.each([
  ['is empty', `${HEAD}## [Unreleased]\n\n${OLD}`],
  ['has headings alone', `${HEAD}## [Unreleased]\n\n### Added\n\n${OLD}`],
  ['is not there', `${HEAD}${OLD}`],
])('cuts nothing where “Unreleased” %s', (_, text) => {
  expect(cutRelease(text, '0.2.0', '2026-02-28')).toBeNull();
});
