import { describe, expect, it } from 'vitest';
import { ONLINE_MARK, onlineIndexes } from './online-indexes.js';

const migration = (text: string): string => `${ONLINE_MARK}\n${text}`;
const index = {
  isUnique: false,
  schema: 'audit',
  table: 'event',
  name: 'event_by_code',
  definition: '(code)',
};

describe('a migration whose indexes are built while the gateway serves', () => {
  it.each<[string, string, Partial<typeof index>[]]>([
    ['one index', 'CREATE INDEX event_by_code ON audit.event (code);', [{}]],
    ['no semicolon at the end', 'CREATE INDEX event_by_code ON audit.event (code)', [{}]],
    ['a unique index', 'CREATE UNIQUE INDEX event_by_code ON audit.event (code);', [{ isUnique: true }]],
    [
      'a method',
      'CREATE INDEX event_by_code ON audit.event USING brin (code);',
      [{ definition: 'USING brin (code)' }],
    ],
    [
      'a condition with a semicolon, on lines of its own',
      "CREATE INDEX event_by_code ON audit.event (code)\n  WHERE code <> 'a;b';",
      [{ definition: "(code)\n  WHERE code <> 'a;b'" }],
    ],
    [
      'two, with comments',
      '-- Why.\nCREATE INDEX event_by_code ON audit.event (code);\n  -- Why.\nCREATE INDEX event_by_text ON audit.event (code);\n',
      [{}, { name: 'event_by_text' }],
    ],
  ])('%s', (_, text, expected) => {
    expect(onlineIndexes(migration(text))).toEqual(expected.map((part) => ({ ...index, ...part })));
  });

  it.each([
    ['CREATE TABLE half ();'],
    ['CREATE INDEX ON audit.event (code);'],
    ['CREATE INDEX event_by_code ON event (code);'],
    ['CREATE INDEX CONCURRENTLY event_by_code ON audit.event (code);'],
    ['CREATE INDEX IF NOT EXISTS event_by_code ON audit.event (code);'],
    ['CREATE INDEX event_by_code ON ONLY audit.event (code);'],
    ['CREATE INDEX event_by_code ON audit.event (code);\nSELECT 1;'],
  ])('holds nothing else: %s', (text) => {
    expect(() => onlineIndexes(migration(text))).toThrow(/holds nothing but.*This is something else/s);
  });

  it.each([[''], ['CREATE INDEX event_by_code ON audit.event (code);'], [`-- A table.\n${ONLINE_MARK}\n`]])(
    'begins with the mark: not %j',
    (sql) => {
      expect(onlineIndexes(sql)).toBeUndefined();
    },
  );
});
