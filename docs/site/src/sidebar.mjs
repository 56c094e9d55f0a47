/** The groups of the sidebar, read from docs/README.md: each item of its list is a group with the pages it links to. */
import { posix } from 'node:path';

/** @typedef {{ label: string, pages: { path: string, below: string[] }[] }} Group */

const INDEX = 'docs/README.md';
const ITEM = /^- \*\*(.+?):\*\* (.*)$/;

/**
 * @param {(path: string) => string} read the text of a page
 * @returns {Group[]} `below` are the pages that the README.md of a folder lists, each of them once
 * @throws if an item has no name or no page
 */
export function sidebarOf(read) {
  const items = read(INDEX)
    .split('\n')
    .filter((line) => line.startsWith('- '));
  return items.map((line) => {
    const [, label, text] = ITEM.exec(line) ?? [];
    if (label === undefined) throw new Error(`${INDEX}: the item does not begin with its name: ${line}`);
    const pages = pagesIn(INDEX, text).map((path) => ({
      path,
      below: path.endsWith('/README.md') ? pagesBelow(path, read) : [],
    }));
    if (pages.length === 0) throw new Error(`${INDEX}: “${label}” lists no page.`);
    return { label, pages };
  });
}

const pagesBelow = (index, read) =>
  pagesIn(index, read(index)).filter((path) => path.startsWith(`${posix.dirname(index)}/`) && path !== index);

/** The Markdown files of docs/ that a text links to, in its order. */
function pagesIn(path, text) {
  const targets = [...text.matchAll(/\]\(([^)\s#]+\.md)(?:#[^)\s]*)?\)/g)].map(([, target]) =>
    posix.join(posix.dirname(path), target),
  );
  return [...new Set(targets)].filter((target) => target.startsWith('docs/'));
}
