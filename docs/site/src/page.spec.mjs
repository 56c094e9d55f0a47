import { describe, expect, it } from 'vitest';
import { addressOf, idOf, pageOf } from './page.mjs';

it.each([
  ['README.md', 'index', '/'],
  ['docs/README.md', 'docs', '/docs/'],
  ['apps/demo/notes.md', 'apps/demo/notes', '/apps/demo/notes/'],
  ['apps/demo/README.md', 'apps/demo', '/apps/demo/'],
  ['infra/Containerfile', 'source/infra/Containerfile', '/source/infra/Containerfile/'],
])('%s has the address of its file', (path, id, address) => {
  expect([idOf(path), addressOf(path)]).toEqual([id, address]);
});

describe('pageOf', () => {
  const page = (text) =>
    pageOf('docs/guides/keys.md', `# The \`title\`\n\n${text}`, (path) =>
      path === 'apps/demo' ? 'apps/demo/README.md' : path,
    );

  it.each([
    ['a page', '[b](cis2.md)', '[b](/docs/guides/cis2/)', ['docs/guides/cis2.md']],
    ['a heading of a page', '[b](../audit.md#c-d)', '[b](/docs/audit/#c-d)', ['docs/audit.md']],
    ['a heading of its own', '[b](#c)', '[b](#c)', []],
    ['a source file', '[`b`](../../libs/b.ts)', '[`b`](/source/libs/b.ts/)', ['libs/b.ts']],
    ['a folder with a README', '[b](../../apps/demo/)', '[b](/apps/demo/)', ['apps/demo/README.md']],
    ['another host', '[b](https://example.org/b.md)', '[b](https://example.org/b.md)', []],
    ['a picture', '![b](../b.png)', '![b](../b.png)', []],
    ['what looks like a link in code', '`[b](b.md)`', '`[b](b.md)`', []],
    ['what looks like a link in a block of code', '```\n[b](b.md)\n```', '```\n[b](b.md)\n```', []],
  ])('leads to %s', (_, text, body, targets) => {
    expect(page(text)).toEqual({ title: 'The title', body: `\n${body}`, targets });
  });

  it('refuses a page without a title, and a link out of the repository', () => {
    expect(() => pageOf('docs/audit.md', 'text', String)).toThrow(
      'docs/audit.md does not begin with a heading.',
    );
    expect(() => page('[b](../../../b.md)')).toThrow('outside the repository');
  });
});
