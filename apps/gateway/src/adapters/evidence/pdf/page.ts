/** What is drawn on, and the sizes of its text. */
export interface Page {
  readonly pdf: PDFKit.PDFDocument;
  /** The element of the structure that all others are in. */
  readonly root: PDFKit.PDFStructureElement;
}

/** Points. */
export const SIZES = { headings: { 1: 22, 2: 15, 3: 11 }, text: 9.5, small: 8 } as const;
