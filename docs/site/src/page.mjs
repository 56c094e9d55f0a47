/** A file of the repository as a page of the site. Pages have the addresses of their files. */
import { posix } from 'node:path';

/**
 * @typedef {object} Page
 * @property {string} title
 * @property {string} body Markdown without its first heading, whose links lead to pages of the site
 * @property {string[]} targets the files and folders of the repository that it links to
 */

const FENCE = /^\s*(?:```|~~~)/;
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

/**
 * @param {string} path a file or folder below the root of the repository
 * @returns {string} the path of a page without ".md", "docs" of "docs/README.md", "index" of "README.md"
 */
export function idOf(path) {
  if (!path.endsWith('.md')) return `source/${path}`;
  return path.replace(/(?:^|\/)README\.md$/, '').replace(/\.md$/, '') || 'index';
}

/** @param {string} path as for `idOf` */
export function addressOf(path) {
  const id = idOf(path);
  return id === 'index' ? '/' : `/${id}/`;
}

/**
 * @param {string} path of a Markdown file
 * @param {string} text
 * @param {(target: string) => string} fileAt the file that is shown for a path that is linked: a folder's README.md
 * @returns {Page}
 * @throws if the text does not begin with a heading, or links to a place outside the repository
 */
export function pageOf(path, text, fileAt) {
  const title = /^# (.+)\n/.exec(text)?.[1];
  if (title === undefined) throw new Error(`${path} does not begin with a heading.`);
  const targets = [];
  const rewrite = (link, bang, words, target) => {
    if (bang === '!' || /^(?:[a-z]+:|#)/.test(target)) return link;
    const [file, anchor] = target.split('#');
    const place = posix.join(posix.dirname(path), file).replace(/\/$/, '');
    if (place.startsWith('..')) throw new Error(`${path} links to ${target}, outside the repository.`);
    const shown = fileAt(place);
    targets.push(shown);
    return `[${words}](${addressOf(shown)}${anchor === undefined ? '' : `#${anchor}`})`;
  };
  let isFenced = false;
  const lines = text.split('\n').slice(1);
  const body = lines.map((line) => {
    if (FENCE.test(line)) isFenced = !isFenced;
    return isFenced ? line : outsideCode(line, (part) => part.replace(LINK, rewrite));
  });
  return { title: title.replaceAll('`', ''), body: body.join('\n'), targets };
}

/** Changes a line except what is between backticks, but for the words of a link. */
function outsideCode(line, change) {
  const codes = [];
  const hidden = line.replace(/`[^`]*`/g, (code) => `\uE000${String(codes.push(code) - 1)}\uE000`);
  return change(hidden).replace(/\uE000(\d+)\uE000/g, (_, n) => codes[Number(n)]);
}
