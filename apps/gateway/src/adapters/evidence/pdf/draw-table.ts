/** Draws a table row by row. A row is never divided between pages, and each page begins with the titles of the columns. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Block } from '@gatehouse/domain/evidence/document/blocks';
import { type Page, SIZES } from './page.js';

type Table = Extract<Block, { kind: 'table' }>;

const PADDING = 3;
const LINE_COLOUR = '#aeb7bd';
const TITLE_COLOUR = '#e8edee';
/** About 20 ms. */
const ROWS_AT_ONCE = 5;
/** A longer cell goes on in another row, so that every row fits on a page. */
const MOST_LINES = 35;
/** Points, of a character of small text. */
const WIDEST_CHARACTER = 5;

interface Row {
  readonly cells: readonly string[];
  readonly isTitle: boolean;
  /** Points. */
  readonly height: number;
}

export async function drawTable(page: Page, table: Table): Promise<void> {
  const { pdf, root } = page;
  const widths = widthsOf(page, table);
  const titles = rowOf(
    page,
    table.columns.map(({ title }) => title),
    true,
    widths,
  );
  const element = pdf.struct('Table', { alt: table.summary });
  root.add(element);
  const rows = table.rows.flatMap((cells) => partsOf(cells, widths));
  for (const [at, cells] of rows.entries()) {
    const row = rowOf(page, cells, false, widths);
    const needed = at === 0 ? row.height + titles.height : row.height;
    const isNewPage = pdf.y + needed > pdf.page.maxY() - PADDING;
    if (isNewPage) pdf.addPage();
    if (at === 0) drawRow(page, element, titles, widths);
    else if (isNewPage) repeatTitles(page, titles, widths);
    drawRow(page, element, row, widths);
    if (at % ROWS_AT_ONCE === 0) await nextTurn();
  }
  element.end();
  pdf.x = pdf.page.margins.left;
  pdf.moveDown(0.8);
}

function widthsOf({ pdf }: Page, { columns }: Table): number[] {
  const { width, margins } = pdf.page;
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  return columns.map(({ share }) => ((width - margins.left - margins.right) * share) / shares);
}

/** The same row in several, if a cell is longer than a page can hold. */
function partsOf(cells: readonly string[], widths: readonly number[]): string[][] {
  const pieces = cells.map((cell, at) => {
    const longest =
      Math.max(1, Math.floor(((widths[at] ?? 0) - 2 * PADDING) / WIDEST_CHARACTER)) * MOST_LINES;
    const characters = Array.from(cell);
    const count = Math.max(1, Math.ceil(characters.length / longest));
    return Array.from({ length: count }, (_, part) =>
      characters.slice(part * longest, (part + 1) * longest).join(''),
    );
  });
  const count = Math.max(...pieces.map(({ length }) => length));
  return Array.from({ length: count }, (_, part) => pieces.map((each) => each[part] ?? ''));
}

function rowOf({ pdf }: Page, cells: readonly string[], isTitle: boolean, widths: readonly number[]): Row {
  pdf.font(isTitle ? 'bold' : 'regular').fontSize(SIZES.small);
  const heights = cells.map((cell, at) =>
    pdf.heightOfString(cell, { width: (widths[at] ?? 0) - 2 * PADDING }),
  );
  return { cells, isTitle, height: Math.max(...heights) + 2 * PADDING };
}

function drawRow(page: Page, table: PDFKit.PDFStructureElement, row: Row, widths: readonly number[]): void {
  const { pdf } = page;
  const top = pdf.y;
  artifact(pdf, () => {
    drawGrid(page, row);
  });
  const element = pdf.struct('TR');
  table.add(element);
  for (const [at, cell] of row.cells.entries()) {
    const draw = () => {
      drawCell(page, row, { cell, at, top }, widths);
    };
    element.add(
      row.isTitle ? pdf.struct('TH', { scope: 'Column' } as object, draw) : pdf.struct('TD', {}, draw),
    );
  }
  element.end();
  pdf.y = top + row.height;
}

/** The titles again at the top of a page, which the structure has once. */
function repeatTitles(page: Page, titles: Row, widths: readonly number[]): void {
  const { pdf } = page;
  const top = pdf.y;
  artifact(pdf, () => {
    drawGrid(page, titles);
    for (const [at, cell] of titles.cells.entries()) drawCell(page, titles, { cell, at, top }, widths);
  });
  pdf.y = top + titles.height;
}

function artifact(pdf: PDFKit.PDFDocument, draw: () => void): void {
  pdf.markContent('Artifact', { type: 'Layout' });
  draw();
  pdf.endMarkedContent();
}

function drawGrid({ pdf }: Page, { isTitle, height }: Row): void {
  const { margins, width } = pdf.page;
  const [left, right, top] = [margins.left, width - margins.right, pdf.y];
  if (isTitle) pdf.rect(left, top, right - left, height).fill(TITLE_COLOUR);
  pdf
    .moveTo(left, top + height)
    .lineTo(right, top + height)
    .lineWidth(0.5)
    .stroke(LINE_COLOUR);
  pdf.fillColor('black');
}

function drawCell(
  { pdf }: Page,
  { isTitle }: Row,
  { cell, at, top }: { readonly cell: string; readonly at: number; readonly top: number },
  widths: readonly number[],
): void {
  const before = widths.slice(0, at).reduce((sum, width) => sum + width, 0);
  pdf
    .font(isTitle ? 'bold' : 'regular')
    .fontSize(SIZES.small)
    .text(cell, pdf.page.margins.left + before + PADDING, top + PADDING, {
      width: (widths[at] ?? 0) - 2 * PADDING,
    });
}
