import { describe, expect, it } from 'vitest';
import { entityTagsIn } from './entity-tags.js';

describe('the entity tags of a header', () => {
  it.each([
    ['no header', undefined, []],
    ['an empty header', '', []],
    ['any state', '*', []],
    ['a tag', '"a"', ['"a"']],
    ['an empty tag', '""', ['""']],
    ['a tag that a proxy has weakened', 'W/"a"', ['"a"']],
    ['several, weak and strong', '"a", W/"b" ,W/"c"', ['"a"', '"b"', '"c"']],
    ['a tag with W/ inside the quotes', '"W/a"', ['"W/a"']],
    ['a tag with a suffix inside the quotes', '"a-gzip"', ['"a-gzip"']],
    ['a lower-case w, which no standard knows', 'w/"a"', []],
    ['a tag weakened twice', 'W/W/"a"', []],
    ['a space after W/', 'W/ "a"', ['"a"']],
    ['no quotes', 'a', []],
    ['one quote', '"a', []],
    ['text before the quotes', 'x"a"', []],
    ['text after the quotes', '"a"x', []],
  ])('%s', (_, header, tags) => {
    expect(entityTagsIn(header)).toEqual(tags);
  });
});
