/**
 * Two names that look the same to people count as the same name. Invisible characters are refused in names, and names
 * that differ only in case, spacing or letters of another alphabet that look the same are equal. PostgreSQL enforces both rules with the same definitions
 * (prisma/migrations).
 */

/**
 * Controls, format characters (zero-width, bidirectional, soft hyphen), line and paragraph separators, odd spaces, and
 * what Unicode calls ignorable: variation selectors, fillers, the grapheme joiner. The braille blank shows nothing either.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
/** Nearly every name has none, and a file may have a hundred thousand names. */
const BEYOND_ASCII = /[^\u0000-\u007f]/gu;
const UNSEEN_IN_KEYS = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\p{Z}\s]+/gu;

/** Letters of Cyrillic and Greek, and two of Latin, with those of the English alphabet that they look like. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    ['АВЕКМНОРСТУХІЈЅԌԚԜ', 'ABEKMHOPCTYXIJSGQW'],
    ['авекмнорстухіјѕһԁԛԝӏ', 'abekmhopctyxijshdqwl'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['αικνορτυχϲϳ', 'aikvoptuxcj'],
    ['ıɡ', 'ig'],
  ].flatMap(([alike = '', letters = '']) => [...alike].map((letter, at) => [letter, letters[at] ?? letter])),
);

const KNOWN: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u2028': 'a line separator',
  '\u202e': 'a right-to-left override',
  '\u2060': 'a word joiner',
  '\u3000': 'an ideographic space',
  '\ufeff': 'a byte-order mark',
  '\t': 'a tab',
  '\n': 'a line break',
};

/** What is wrong with a name's characters, with the position (from 1) of the first; null if all can be seen. */
export function unseenCharacter(text: string): string | null {
  const match = UNSEEN.exec(text);
  if (match === null) return null;
  const [character] = match;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const name =
    KNOWN[character] ??
    (/\p{Cc}/u.test(character) ? 'a control character' : 'a character that can’t be seen');
  const position = [...text.slice(0, match.index)].length + 1;
  return `contains ${name} (U+${code}) at position ${position}: type it again without it`;
}

/** Equal for names that people would take for one another: case, spacing, unseen characters and alphabet don't count. */
export function nameKey(name: string): string {
  const seen = name.normalize('NFKC').replaceAll(UNSEEN_IN_KEYS, '');
  return seen.replaceAll(BEYOND_ASCII, (letter) => LOOK_ALIKES.get(letter) ?? letter).toLowerCase();
}
