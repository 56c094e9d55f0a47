/** Names and values of fields, as people read them. */
import { NONE } from './dates.js';

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

/** “sro_appointment” as “SRO appointment”, “hashCount” as “hash count”. */
export function inWords(name: string): string {
  return name
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .split('_')
    .map((word) => ACRONYMS[word] ?? word)
    .join(' ');
}

/** “asid_shared_with” as “ASID shared with”. */
export function fieldLabel(name: string): string {
  const words = inWords(name);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
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
