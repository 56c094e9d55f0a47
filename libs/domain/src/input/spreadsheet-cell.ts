/**
 * What spreadsheets, and the people who use them, do to a cell on its way to a file. Each cell of
 * every file is checked here once. No text of this module repeats the content of a cell, which may be a secret.
 */
import { unseenCharacter } from './visible-text.js';

/**
 * What a column contains. `digits`: an identifier of that many digits. `code`: a short code of letters and digits.
 * `secret`: a value that is never shown. `name`: a name in words. `issued`: an identifier that another system issued,
 * which may look like a secret. `word`: one of a few fixed words.
 */
export type CellKind = { readonly digits: number } | 'code' | 'secret' | 'name' | 'issued' | 'word';

/** Excel, LibreOffice and Google Sheets, in English and in the languages that translate them. */
const ERROR_VALUE =
  /^(?:#+|#[¡¿]?[\p{Lu}\p{N}/_ ]+[!?]?|#[¡¿]?[\p{L}\p{N}/_ ]+[!?]|#n\/[a-z]|(?:.*!)?(?:#REF!)+.*|Err:[0-9]{3}|Loading\.\.\.)$/iu;
/** A link to an empty cell is 0, a comparison TRUE or FALSE; people write the others into cells that they must fill. */
const NO_VALUE = /^(?:0|true|false|null|n\/a|na|none|nil|nan|undefined|\(blank\)|tbc|tbd|[-–—.?_]+)$/i;
/** What stands in an ODS code's place when there is none; no real code is as short, or has four letters. */
const NO_CODE = /^(?:0|TRUE|FALSE|NULL|NONE|NA)$/;
const SCIENTIFIC = /^[+-]?[0-9]+(?:[.,][0-9]+)?E[+-][0-9]+$|^[+-]?[0-9]+[.,][0-9]+E[0-9]+$/i;
const DATE =
  /^[0-9]{1,2}[-. /]\p{L}{3,9}(?:[-. /][0-9]{2,4})?$|^\p{L}{3,9}[-. /][0-9]{2,4}$|^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}(?: [0-9:]{4,8})?$/u;
/** As long as the API keys of APIM, and no word. */
const LIKE_A_SECRET = /^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9]{24,}$/;
const THOUSANDS = /^[+-]?[0-9]{1,3}(?:[,.'’ ][0-9]{2,3})+(?:[.,][0-9]{1,2})?$/;
const APOSTROPHE = /^['‘’`´]/;
const FORMULA = /^=|^@[A-Z]+\(/;
const AS_TEXT = 'format the column as text and write it again';

/** What is wrong with a cell, and what to write instead; null if nothing is wrong. An empty cell is correct. */
export function cellFault(kind: CellKind, text: string): string | null {
  if (text === '') return null;
  if (text.includes('\ufffd')) return 'holds characters that can’t be read: save the file as “CSV UTF-8”';
  if (ERROR_VALUE.test(text))
    return 'holds what a spreadsheet writes in place of a value it could not work out';
  if (SCIENTIFIC.test(text)) return `was made a number by the spreadsheet, and digits were lost: ${AS_TEXT}`;
  if (FORMULA.test(text)) return 'holds a formula: write the value itself';
  const unseen = unseenCharacter(text);
  if (unseen !== null) return unseen;
  if (kind === 'secret') return secretFault(text);
  if (kind === 'issued') return NO_VALUE.test(text) ? 'holds a placeholder in place of an identifier' : null;
  if (looksLikeSecret(text)) return 'holds what looks like a secret: have the cells of this row slipped?';
  if (typeof kind === 'object') return digitsFault(kind.digits, text);
  if (kind === 'code') return codeFault(text);
  return kind === 'name' ? nameFault(text) : null;
}

/** Whether a text may be an API key in the wrong place, and must not be repeated in a fault. */
export function looksLikeSecret(text: string): boolean {
  return LIKE_A_SECRET.test(text);
}

function digitsFault(count: number, text: string): string | null {
  if (new RegExp(`^[0-9]{${count}}$`).test(text)) return null;
  if (APOSTROPHE.test(text)) return 'begins with an apostrophe: write the digits alone';
  if (/^[0-9]+E[0-9]+$/i.test(text))
    return `was made a number by the spreadsheet, and digits were lost: ${AS_TEXT}`;
  if (/^[0-9]+[.,]0*$/.test(text)) return `was made a number by the spreadsheet, with decimals: ${AS_TEXT}`;
  if (THOUSANDS.test(text) && !/^[0-9]{4} /.test(text))
    return `was grouped in thousands by the spreadsheet: ${AS_TEXT}`;
  const digits = text.replaceAll(/[ ‐-―−-]/g, '');
  if (digits !== text && /^[0-9]+$/.test(digits))
    return `has spaces or hyphens between its digits: write the ${count} digits alone`;
  if (/^[0-9]+$/.test(text) && text.length < count) {
    return `has ${text.length} digits and must have ${count}; a spreadsheet drops zeros at the front: ${AS_TEXT}`;
  }
  return [...text.matchAll(/\p{Nd}/gu)].length === count
    ? `has other characters than its ${count} digits: write the digits alone, as 0 to 9`
    : `must have exactly ${count} digits`;
}

function codeFault(text: string): string | null {
  if (NO_CODE.test(text)) return 'holds a placeholder in place of a code';
  if (DATE.test(text)) return `was made a date by the spreadsheet: ${AS_TEXT}`;
  if (APOSTROPHE.test(text)) return 'begins with an apostrophe: write the code alone';
  if (/^[A-Z0-9]+[.,]0*$/.test(text))
    return `was made a number by the spreadsheet, with decimals: ${AS_TEXT}`;
  if (/^[0-9]/.test(text) && THOUSANDS.test(text))
    return `was grouped in thousands by the spreadsheet: ${AS_TEXT}`;
  if (/^[A-Z0-9]+(?:[ ‐-―−-]+[A-Z0-9]+)+$/.test(text))
    return 'has spaces or hyphens in it: write the code alone';
  if (/[a-z]/.test(text) && /^[A-Za-z0-9]{1,10}$/.test(text)) return 'must be written in capital letters';
  return null;
}

function nameFault(text: string): string | null {
  if (NO_VALUE.test(text)) return 'holds a placeholder in place of a name';
  // Spreadsheets put it before a text that would run as a formula.
  return /^'[=+@-]/.test(text) ? 'begins with an apostrophe: write the name alone' : null;
}

function secretFault(text: string): string | null {
  if (NO_VALUE.test(text)) return 'holds a placeholder in place of a secret';
  if (/[•…*]{2,}|…/u.test(text)) {
    return 'holds the masked form that Gatehouse shows: leave it empty to keep the secret that is in use';
  }
  if (APOSTROPHE.test(text)) return 'begins with an apostrophe: write the secret alone';
  if (/^[0-9]{12}$/.test(text))
    return 'holds 12 digits, as an ASID does: have the cells of this row slipped?';
  return null;
}

/**
 * What can be said of a secret without showing it, so that a person who approves it notices nonsense.
 * @example '32 characters: letters and digits'
 */
export function describeSecret(secret: string): string {
  const classes = [
    /\p{L}/u.test(secret) ? 'letters' : null,
    /[0-9]/.test(secret) ? 'digits' : null,
    /[^\p{L}0-9]/u.test(secret) ? 'punctuation' : null,
  ].filter((name) => name !== null);
  const listed =
    classes.length < 2 ? classes.join('') : `${classes.slice(0, -1).join(', ')} and ${classes.at(-1) ?? ''}`;
  return `${secret.length} ${secret.length === 1 ? 'character' : 'characters'}: ${listed}`;
}
