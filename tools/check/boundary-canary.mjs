// Shows that every import rule works: exactly the rule of the row must reject a forbidden import at its place, and none
// may reject an allowed one. The text is linted under that path without being written, with the repository's own
// configuration.
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { importRules } from './import-rules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root });

async function boundaryFindings(at, specifier) {
  const results = await eslint.lintText(`import '${specifier}';\n`, { filePath: at, warnIgnored: true });
  return results.flatMap((result) =>
    result.messages
      .filter((message) => message.fatal || message.ruleId === null || message.ruleId.startsWith('boundary/'))
      .map((message) => message.ruleId ?? `no rule ran: ${message.message}`),
  );
}

const faults = [];
for (const row of importRules) {
  const findings = await boundaryFindings(row.at, row.canary);
  if (findings.length !== 1 || findings[0] !== `boundary/${row.name}`) {
    faults.push(
      `${row.name}: the import of ${row.canary} in ${row.at} was reported by [${findings.join(', ')}]`,
    );
  }
  const harmless = await boundaryFindings(row.at, row.fine);
  if (harmless.length > 0)
    faults.push(
      `${row.name}: the allowed import of ${row.fine} in ${row.at} was reported by [${harmless.join(', ')}]`,
    );
}
if (faults.length > 0) {
  console.error(`Some import rules don't work:\n${faults.join('\n')}`);
  process.exit(1);
}
console.log(`${String(importRules.length)} import rules; each rejected its planted import.`);
