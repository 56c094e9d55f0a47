/** Where a text that `JSON.parse` refuses stops being JSON: its own message names no place. */
const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const PLAIN = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

/** @returns the offset of the first character that can't stand where it is; the length of the text if it ends too early */
export function jsonFaultAt(text: string): number {
  /** The ends of the lists and objects that are open. */
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const take = (form: RegExp): boolean => {
    form.lastIndex = at;
    const found = form.exec(text)?.[0];
    at += found?.length ?? 0;
    return found !== undefined;
  };
  for (;;) {
    take(SPACE);
    const character = text[at];
    const isEnd = character !== undefined && character === open.at(-1);
    if (isEnd && expected.endsWith('or end')) {
      open.pop();
      at += 1;
      expected = 'comma or end';
    } else if (expected === 'key' || expected === 'key or end') {
      if (!take(STRING)) return at;
      expected = 'colon';
    } else if (expected === 'colon') {
      if (character !== ':') return at;
      at += 1;
      expected = 'value';
    } else if (expected === 'comma or end') {
      if (character !== ',' || open.length === 0) return at;
      at += 1;
      expected = open.at(-1) === '}' ? 'key' : 'value';
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      at += 1;
      expected = character === '{' ? 'key or end' : 'value or end';
    } else {
      if (!take(STRING) && !take(PLAIN)) return at;
      expected = 'comma or end';
    }
  }
}
