import { expect, it } from 'vitest';
import { docsPages, read } from './repository.mjs';
import { sidebarOf } from './sidebar.mjs';

const pagesOf = (groups) =>
  groups.flatMap(({ pages }) => pages.flatMap(({ path, below }) => [path, ...below]));

it('reads the groups of docs/README.md, and the pages of a folder from its README', () => {
  const files = {
    'docs/README.md':
      'Text [x](x.md).\n\n- **How it works:** [a](audit.md#b), [a](audit.md)\n- **More:** [c](adr/README.md), [d](../d.ts)\n',
    'docs/adr/README.md': '| [e](e.md) | [f](../f.md), [g](g.md), [e](e.md) |',
  };
  expect(sidebarOf((path) => files[path])).toEqual([
    { label: 'How it works', pages: [{ path: 'docs/audit.md', below: [] }] },
    {
      label: 'More',
      pages: [{ path: 'docs/adr/README.md', below: ['e.md', 'g.md'].map((name) => `docs/adr/${name}`) }],
    },
  ]);
});

it.each([
  ['- [a](a.md)', 'does not begin with its name'],
  ['- **More:** nothing', '“More” lists no page'],
])('refuses the item %s', (line, message) => {
  expect(() => sidebarOf(() => line)).toThrow(message);
});

it('every page of docs/ is once in the sidebar', () => {
  const expected = docsPages().filter((path) => path !== 'docs/README.md');
  expect(pagesOf(sidebarOf(read)).sort((a, b) => a.localeCompare(b))).toEqual(expected);
});
