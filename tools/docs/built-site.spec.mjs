import { expect, it } from 'vitest';
import { faultsOfSite } from './built-site.mjs';

const POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">';
const site = (body, others = {}) =>
  new Map(
    Object.entries({
      'index.html': `${POLICY}<h2 id="here">Here</h2>${body}`,
      'guides/a/index.html': `${POLICY}<h2 id="there">There</h2>`,
      'picture.png': null,
      ...others,
    }),
  );

it.each([
  '<a href="/guides/a/#there">',
  '<a href="guides/a/">',
  '<a href="#here">',
  '<a href="#_top">',
  '<a href="https://example.org/a">',
  '<img src="/picture.png" srcset="/picture.png 1x">',
  '<script>const tag = \'<a href="/nowhere/">\';</script>',
])('accepts %s', (body) => {
  expect(faultsOfSite(site(body))).toEqual([]);
});

it.each([
  ['<a href="/guides/b/">', 'index.html links to /guides/b/, which is not there'],
  ['<a href="guides/a.md">', 'index.html links to guides/a.md, which is not there'],
  ['<a href="/guides/a/#here">', 'index.html links to /guides/a/#here: there is no such heading'],
  ['<img src="/none.png">', 'index.html loads /none.png, which is not there'],
  [
    '<script src="https://cdn.example/a.js"></script>',
    'index.html loads https://cdn.example/a.js from another host',
  ],
  [
    '<link rel="stylesheet" href="//cdn.example/a.css">',
    'index.html loads //cdn.example/a.css from another host',
  ],
  [
    "<style>@import url('https://fonts.example/a');</style>",
    'index.html loads https://fonts.example/a from another host',
  ],
])('finds the fault in %s', (body, fault) => {
  expect(faultsOfSite(site(body))).toEqual([fault]);
});

it('finds a style sheet that loads a font from another host, and a page without a policy', () => {
  const others = { 'a.css': '@font-face { src: url(https://fonts.example/b) }', 'b.html': '' };
  expect(faultsOfSite(site('', others))).toEqual([
    'a.css loads https://fonts.example/b from another host',
    'b.html has no content security policy',
  ]);
});
