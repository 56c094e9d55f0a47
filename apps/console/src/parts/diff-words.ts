/** Names and values of fields, as people read them. */
import { NONE } from './dates.js';
import { sentenceCase } from './words.js';

const ACRONYMS: Readonly<Record<string, string>> = {
  aal: 'AAL',
  api: 'API',
  apim: 'APIM',
  asid: 'ASID',
  cio: 'CIO',
  cis2: 'CIS2',
  jwks: 'JWKS',
  kms: 'KMS',
  ods: 'ODS',
  sha256: 'SHA-256',
  sro: 'SRO',
};

/** “asid_shared_with” as “ASID shared with”. */
export function fieldLabel(name: string): string {
  const words = name.split('_').map((word) => ACRONYMS[word] ?? word);
  return sentenceCase(words.join(' '));
}

/** Members of an object are named, so that nobody has to read JSON. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? NONE : value.map(fieldText).join(', ');
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => `${name}: ${fieldText(member)}`);
    return members.length === 0 ? NONE : members.join('; ');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : NONE;
}
