/** The files of the repository that the site shows. */
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** @param {string} path below the root of the repository */
export const read = (path) => readFileSync(join(root, path), 'utf8');

/** Every page of docs/. @returns {string[]} */
export const docsPages = () =>
  globSync('docs/**/*.md', { cwd: root, exclude: ['docs/site/**'] }).sort((a, b) => a.localeCompare(b));

/** The README.md of a folder that has one; otherwise the path itself. @param {string} path */
export const fileAt = (path) => (existsSync(join(root, path, 'README.md')) ? join(path, 'README.md') : path);

/**
 * @param {string} path of a file or folder
 * @returns {string} Markdown that shows the file, or the names in the folder
 */
export function sourceOf(path) {
  if (statSync(join(root, path)).isDirectory()) {
    const names = readdirSync(join(root, path)).sort((a, b) => a.localeCompare(b));
    return names.map((name) => `- \`${name}\``).join('\n');
  }
  return `\`\`\`\`\`${languageOf(path)}\n${read(path)}\n\`\`\`\`\``;
}

const LANGUAGES = { ts: 'ts', mjs: 'js', json: 'json', yaml: 'yaml', sql: 'sql' };
const languageOf = (path) => LANGUAGES[path.split('.').at(-1) ?? ''] ?? 'text';
