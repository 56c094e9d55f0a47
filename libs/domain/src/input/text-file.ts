/**
 * Decodes every file that people send in: UTF-8 with or without a byte-order mark, or UTF-16 with one. Anything else is
 * refused with its line and byte; the encoding is never guessed.
 */
export interface TextFileFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in the whole file. */
  readonly byte: number;
  readonly detail: string;
}

export type TextFile =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly text?: undefined; readonly fault: TextFileFault };

/** As much as the admin API takes in one body. */
export const MAX_FILE_BYTES = 16 * 1_048_576;
/** The advice that every reader of a file gives when it is too large. */
export const SPLIT_THE_FILE = 'split it, for example by organisation, and apply the parts one after another';

const LINE_FEED = 0x0a;
const SAVE_AS_UTF8 = 'save it again as UTF-8 (in a spreadsheet, “CSV UTF-8”)';

/** Decodes a whole file. The mark is not part of the text. */
export function decodeTextFile(bytes: Uint8Array): TextFile {
  if (bytes.length > MAX_FILE_BYTES) {
    const detail = `the file is larger than 16 MiB: ${SPLIT_THE_FILE}`;
    return faultAt(bytes, MAX_FILE_BYTES, detail);
  }
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decodeUtf16(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decodeUtf16(bytes, 'utf-16be');
  const marked = first === 0xef && second === 0xbb && third === 0xbf;
  return decodeUtf8(bytes, marked ? 3 : 0);
}

function decodeUtf8(bytes: Uint8Array, start: number): TextFile {
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    return faultAt(
      bytes,
      nul,
      `the file holds a NUL byte, as UTF-16 without a byte-order mark does: ${SAVE_AS_UTF8}`,
    );
  }
  const body = bytes.subarray(start);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return faultAt(bytes, start + firstInvalidByte(body), `this is not UTF-8: ${SAVE_AS_UTF8}`);
  }
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): TextFile {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    const nul = text.indexOf('\0');
    if (nul === -1) return { text };
    const line = text.slice(0, nul).split('\n').length;
    return { fault: { line, byte: 2 * nul + 3, detail: `the file holds a NUL character: ${SAVE_AS_UTF8}` } };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { fault: { line: 1, byte: 1, detail: `the UTF-16 of this file is damaged: ${SAVE_AS_UTF8}` } };
  }
}

/** @param body in which at least one byte is not UTF-8 */
function firstInvalidByte(body: Uint8Array): number {
  let start = 0;
  for (;;) {
    const end = body.indexOf(LINE_FEED, start);
    const line = body.subarray(start, end === -1 ? body.length : end);
    const at = invalidWithin(line);
    if (at !== null) return start + at;
    if (end === -1) return body.length - 1;
    start = end + 1;
  }
}

/** A binary search: every prefix that ends before the faulty byte can be decoded, and none that ends after it. */
function invalidWithin(line: Uint8Array): number | null {
  if (decodes(line, false)) return null;
  let [good, bad] = [0, line.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(line.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  // The character that went wrong began up to three bytes earlier.
  while (!decodes(line.subarray(0, good), false)) good -= 1;
  return good;
}

/** @param open whether the bytes may end within a character */
function decodes(bytes: Uint8Array, open: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: open });
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

function faultAt(bytes: Uint8Array, at: number, detail: string): TextFile {
  let line = 1;
  for (
    let index = bytes.indexOf(LINE_FEED);
    index !== -1 && index < at;
    index = bytes.indexOf(LINE_FEED, index + 1)
  ) {
    line += 1;
  }
  return { fault: { line, byte: at + 1, detail } };
}
