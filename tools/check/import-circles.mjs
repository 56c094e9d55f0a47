// No file reaches itself again by following imports. A type-only import counts as well: it hides the same tangle.
import { cruise } from 'dependency-cruiser';

const rule = { name: 'no-import-circles', severity: 'error', from: {}, to: { circular: true } };

/** One line for each circle in apps/ and libs/ under `root`. */
export async function importCircles(root) {
  const { output } = await cruise(['apps', 'libs'], {
    baseDir: root,
    includeOnly: '^(apps|libs)/[^/]+/src/',
    exclude: '/generated/',
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: [rule] },
  });
  if (output.modules.length === 0) return ['No source file was read.'];
  return output.summary.violations.map(({ cycle }) => {
    const files = cycle.map(({ name }) => name);
    return [files.at(-1), ...files].join('\n    imports ');
  });
}
