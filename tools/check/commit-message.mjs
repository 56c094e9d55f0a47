// The commit-msg hook: `commit-message.mjs FILE` refuses a message whose subject is too long or plainly not imperative.
// Merges, reverts, and whatever a rebase or a cherry-pick takes over pass as they are. Without a file it shows that
// planted messages are refused. Runs on any Node from 20 on and needs no package.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const LONGEST = 72;
const TAKEN_OVER = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];
const NOT_IMPERATIVE =
  /^(add|fix|chang|updat|remov|mov|renam|delet|creat|mak|us|writ|improv|refactor|replac|introduc|allow)(s|es|ed|d|ing)\b/i;

/** @returns {string | null} what is wrong with the message, and what to write instead */
function faultOf(message) {
  const lines = message.split('\n').filter((line) => !line.startsWith('#'));
  const [subject = '', second = ''] = lines.join('\n').replace(/^\s+/, '').split('\n');
  if (/^(Merge|Revert) /.test(subject)) return null;
  const text = subject.replace(/^((fixup|squash|amend)! )+/, '');
  if (text.trim() === '') return 'The subject is empty. Say what the commit does: "Add the laws to docs/".';
  const length = [...text].length;
  if (length > LONGEST) {
    return `The subject has ${String(length)} characters; at most ${String(LONGEST)} fit. Say one thing, and put the why into the body.`;
  }
  if (NOT_IMPERATIVE.test(text)) {
    return `The subject begins with "${text.split(' ')[0]}". Use the imperative: "Add …", not "Added …" or "Adds …".`;
  }
  if (text.endsWith('.')) return 'The subject ends with a full stop. Leave it out.';
  if (second.trim() !== '')
    return 'The second line is not empty. Leave a blank line between subject and body.';
  return null;
}

const gitPath = (name) => execFileSync('git', ['rev-parse', '--git-path', name], { encoding: 'utf8' }).trim();

const PLANTED = [
  '',
  `Say ${'a'.repeat(LONGEST)}`,
  'Added the laws',
  'Fixes a typo',
  'Add the laws.',
  'Add the laws\nwithout a blank line',
];
const FINE = [
  'Add the laws to docs/\n\nCode cites them.\n',
  `Say ${'é'.repeat(LONGEST - 4)}`,
  `fixup! ${'a'.repeat(LONGEST)}`,
  `Merge branch '${'a'.repeat(LONGEST)}'`,
  `Revert "${'a'.repeat(LONGEST)}"`,
  'Use the one address of fixtures\n# a comment of git\n',
];

const [file] = process.argv.slice(2);
if (file === undefined) {
  const faults = [
    ...PLANTED.filter((message) => faultOf(message) === null).map((message) => `passed: ${message}`),
    ...FINE.filter((message) => faultOf(message) !== null).map((message) => `refused: ${message}`),
  ];
  if (faults.length > 0) {
    console.error(`The commit-msg hook does not do what it says:\n${faults.join('\n')}`);
    process.exit(1);
  }
  console.log(`${String(PLANTED.length)} planted commit messages refused.`);
} else if (!TAKEN_OVER.some((name) => existsSync(gitPath(name)))) {
  const fault = faultOf(readFileSync(file, 'utf8'));
  if (fault !== null) {
    console.error(`Commit message refused. ${fault}`);
    process.exit(1);
  }
}
