/** What a program that shows the file needs of it. */
import { inflateSync } from 'node:zlib';
import type { EvidenceDocument } from '@gatehouse/domain/evidence/document/evidence-document';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderPdf } from './render-pdf.js';

const MADE_AT = Date.parse('2026-08-01T11:03:00Z');
const columns = [
  { title: 'Name', share: 1 },
  { title: 'What', share: 3 },
];
const rows = Array.from({ length: 120 }, (_, index) => [
  `Łukasz Ŵyn ${String(index)}`,
  'a sentence of some length '.repeat(4),
]);
const document: EvidenceDocument = {
  title: 'Evidence pack: Example NHS Trust (R69)',
  language: 'en-GB',
  footer: 'Example NHS Trust (R69)',
  blocks: [
    { kind: 'heading', level: 1, text: 'Evidence pack' },
    { kind: 'heading', level: 2, text: 'Owners' },
    { kind: 'paragraph', text: 'A paragraph.' },
    {
      kind: 'table',
      summary: 'Names',
      columns,
      rows: [...rows, ['long', 'of a sentence that goes on '.repeat(700)]],
    },
  ],
};

let bytes: Buffer;
let objects: string;
beforeAll(async () => {
  bytes = await renderPdf(document, MADE_AT);
  objects = bytes.toString('latin1');
});

describe('the PDF', () => {
  it('is the same for the same document and time, and another at another time', async () => {
    expect((await renderPdf(document, MADE_AT)).equals(bytes)).toBe(true);
    expect((await renderPdf(document, MADE_AT + 60_000)).equals(bytes)).toBe(false);
  });

  it.each([
    ['a version', /^%PDF-1\.7/],
    ['a language', /\/Lang \(en-GB\)/],
    ['a title that readers show', /\/DisplayDocTitle true/],
    ['a structure', /\/Marked true/],
    ['a tree of it', /\/StructTreeRoot/],
    ['headings', /\/S \/H1[^]*\/S \/H2/],
    ['titles of columns', /\/S \/TH/],
    ['a description of the table', /\/Alt \(Names\)/],
    ['bookmarks', /\/Outlines/],
    ['an embedded font', /\/FontFile2/],
    ['text that can be searched and copied', /\/ToUnicode/],
    ['an end', /%%EOF\s*$/],
  ])('has %s', (_, pattern) => {
    expect(pattern.test(objects)).toBe(true);
  });

  it('has several pages, and no text beyond the edge of one', () => {
    const pages = objects.match(/\/Type \/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThan(5);
    const lowest = contentOf(bytes).flatMap((content) =>
      [...content.matchAll(/1 0 0 1 [0-9.]+ ([0-9.-]+) Tm/g)].map(([, y]) => Number(y)),
    );
    expect(lowest.length).toBeGreaterThan(100);
    expect(Math.min(...lowest)).toBeGreaterThan(30);
  });
});

/** The streams that draw pages. */
function contentOf(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/Filter \/FlateDecode\s*>>\s*stream\n/g)].flatMap((match) => {
    const from = match.index + match[0].length;
    const stream = pdf.subarray(from, text.indexOf('\nendstream', from));
    try {
      return [inflateSync(stream).toString('latin1')];
    } catch {
      return [];
    }
  });
}
