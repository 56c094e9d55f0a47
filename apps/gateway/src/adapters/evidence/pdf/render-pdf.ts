/**
 * Draws an evidence document as a tagged PDF: real text in an embedded font, headings as bookmarks, tables whose header
 * cells are marked, title and language. The same document and time give the same bytes.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Block } from '@gatehouse/domain/evidence/document/blocks';
import type { EvidenceDocument } from '@gatehouse/domain/evidence/document/evidence-document';
import PDFDocument from 'pdfkit';
import { drawTable } from './draw-table.js';
import { type Page, SIZES } from './page.js';

const MARGIN = 40;
/** Room for the line at the foot of each page. */
const FOOT = 30;

/** @param madeAtMs epoch ms, for the properties of the file */
export async function renderPdf(document: EvidenceDocument, madeAtMs: number): Promise<Buffer> {
  const madeAt = new Date(madeAtMs);
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    lang: document.language,
    displayTitle: true,
    info: {
      Title: document.title,
      Creator: 'Gatehouse',
      Producer: 'Gatehouse',
      CreationDate: madeAt,
      ModDate: madeAt,
    },
  });
  // The fonts of the PDF standard lack letters of many names, and Welsh ones.
  pdf.registerFont('regular', fontFile('DejaVuSansCondensed.ttf'));
  pdf.registerFont('bold', fontFile('DejaVuSansCondensed-Bold.ttf'));
  const bytes: Buffer[] = [];
  pdf.on('data', (part: Buffer) => bytes.push(Buffer.from(part)));
  const ended = new Promise<void>((resolve) => pdf.on('end', resolve));

  const root = pdf.struct('Document', { title: document.title });
  pdf.addStructure(root);
  const page: Page = { pdf, root };
  for (const [at, block] of document.blocks.entries()) {
    await draw(page, block, document.blocks[at + 1]);
    await nextTurn();
  }
  root.end();
  drawFeet(page, document.footer);
  pdf.end();
  await ended;
  return Buffer.concat(bytes);
}

function fontFile(name: string): string {
  return fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`));
}

async function draw(page: Page, block: Block, next: Block | undefined): Promise<void> {
  switch (block.kind) {
    case 'heading':
      drawHeading(page, block, next);
      return;
    case 'paragraph':
      drawParagraph(page, block.text);
      return;
    case 'table':
      await drawTable(page, block);
      return;
  }
}

function drawHeading(
  { pdf, root }: Page,
  { level, text }: Extract<Block, { kind: 'heading' }>,
  next: Block | undefined,
): void {
  const size = SIZES.headings[level];
  // A heading stays with what it heads.
  const room = size * 3 + (next === undefined ? 0 : 60);
  if (pdf.y + room > pdf.page.maxY()) pdf.addPage();
  else if (level < 3) pdf.moveDown(1);
  if (level < 3) pdf.outline.addItem(text);
  root.add(
    pdf.struct(`H${String(level)}` as 'H1', {}, () => {
      pdf.font('bold').fontSize(size).text(text, pdf.page.margins.left, pdf.y);
    }),
  );
  pdf.moveDown(0.4);
}

function drawParagraph({ pdf, root }: Page, text: string): void {
  root.add(
    pdf.struct('P', {}, () => {
      pdf.font('regular').fontSize(SIZES.text).text(text, pdf.page.margins.left, pdf.y);
    }),
  );
  pdf.moveDown(0.6);
}

/** Screen readers skip them. */
function drawFeet({ pdf }: Page, footer: string): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let at = 0; at < count; at += 1) {
    pdf.switchToPage(start + at);
    const { margins, width, height } = pdf.page;
    const bottom = margins.bottom;
    // Text below the margin would begin another page.
    margins.bottom = 0;
    pdf.markContent('Artifact', { type: 'Pagination' });
    pdf.font('regular').fontSize(SIZES.small);
    pdf.text(footer, margins.left, height - MARGIN, { lineBreak: false });
    const number = `Page ${String(at + 1)} of ${String(count)}`;
    pdf.text(number, width - margins.right - pdf.widthOfString(number), height - MARGIN, {
      lineBreak: false,
    });
    pdf.endMarkedContent();
    margins.bottom = bottom;
  }
}
