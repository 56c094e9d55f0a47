/** The notice that a newer e-RS specification is known than the build has. */
import type { Comparison } from '../ers/drift/compare-catalogue.js';
import { differenceInWords } from '../ers/drift/difference-words.js';
import type { Notice } from './notice.js';

/** Those who bring it into a build, and those who decide when. */
const ROLES = ['platform-engineer', 'administrator'] as const;
/** The dashboard lists the others. */
const NAMED = 10;

/** @returns null if the build has what the specification says */
export function catalogueNotice({
  version,
  differences,
}: Pick<Comparison, 'version' | 'differences'>): Notice | null {
  if (differences.length === 0) return null;
  const named = differences
    .slice(0, NAMED)
    .map((difference) => `${difference.interaction}: ${differenceInWords(difference)}`);
  const left = differences.length - named.length;
  return {
    kind: 'upkeep',
    onceKey: `e-RS specification ${version}`,
    title: `Version ${version} of the e-RS specification is newer than this build`,
    body: [...named, ...(left > 0 ? [`And ${String(left)} more.`] : [])].join('\n'),
    whatToDo:
      'Read on the dashboard what changes, and decide when a build should have it. Until then requests are decided by the catalogue of this build.',
    path: '/#e-rs-specification',
    odsCodes: [],
    staffId: null,
    roles: ROLES,
  };
}
