/**
 * What is wrong with the YAML of a registry file, in words for the people who write such files. The library's own texts
 * are for programmers, and some of them quote the file, which may hold a secret.
 */
import { type Document, type ErrorCode, visit, type YAMLError } from 'yaml';

export interface YamlFault {
  readonly offset: number;
  readonly detail: string;
}

const PUT_IN_QUOTES = 'put a text with special characters in quotes';
const INDENT = 'indent the entries of a list or mapping alike, with spaces';

const WORDS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) has neither an anchor nor a tag',
  BAD_ALIAS: `there is no anchor for this alias: ${PUT_IN_QUOTES} if it is none`,
  BAD_COLLECTION_TYPE: 'this is tagged as one kind of collection and written as another: leave the tag out',
  BAD_DIRECTIVE: 'a line that begins with % is a directive that YAML does not have: leave it out',
  BAD_DQ_ESCAPE:
    'there is no such escape in a text in double quotes: write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: INDENT,
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place: put it before the value',
  BAD_SCALAR_START: `a text can’t begin with this character: ${PUT_IN_QUOTES}`,
  BLOCK_AS_IMPLICIT_KEY: `a mapping can’t begin here: ${PUT_IN_QUOTES}, or begin a new line`,
  BLOCK_IN_FLOW: 'a list or mapping within [ ] or { } is written with [ ] or { } as well',
  DUPLICATE_KEY: 'this key is in the same mapping twice',
  IMPOSSIBLE: 'this can’t be read',
  KEY_OVER_1024_CHARS: 'this key is longer than 1,024 characters: is a colon or a quote missing?',
  MISSING_CHAR: 'something is missing here: a closing bracket or quote, a comma, a colon, or a hyphen',
  MULTILINE_IMPLICIT_KEY: 'a key stands on one line: is a colon or a quote missing?',
  MULTIPLE_ANCHORS: 'a value has at most one anchor',
  MULTIPLE_DOCS: 'a second document begins here: write one document in one file',
  MULTIPLE_TAGS: 'a value has at most one tag',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'lists and mappings are nested too deeply here',
  TAB_AS_INDENT: 'a tab stands in the indentation: indent with spaces',
  TAG_RESOLVE_FAILED: `there is no such tag: ${PUT_IN_QUOTES} if it begins with !`,
  UNEXPECTED_TOKEN: `this can’t stand here: ${PUT_IN_QUOTES}, or correct the indentation`,
};

/** An alias within its own anchor has no end, and many aliases of aliases have no use. */
const MAX_ALIASES = 100;

/** Everything that keeps a document from being read as plain values. */
export function yamlFaults(document: Document.Parsed): YamlFault[] {
  return [...document.errors.map(inWords), ...(document.errors.length > 0 ? [] : aliasFaults(document))];
}

function inWords({ code, pos: [offset] }: YAMLError): YamlFault {
  return { offset, detail: WORDS[code] };
}

function aliasFaults(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  let aliases = 0;
  visit(document, {
    Alias(_key, alias, path) {
      aliases += 1;
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(document);
      if (target === undefined) faults.push({ offset, detail: WORDS.BAD_ALIAS });
      else if (path.includes(target))
        faults.push({ offset, detail: 'this alias stands for a value that it is itself a part of' });
      else if (aliases === MAX_ALIASES + 1)
        faults.push({
          offset,
          detail: `this file has more than ${MAX_ALIASES} aliases: write the values out`,
        });
    },
  });
  return faults;
}
