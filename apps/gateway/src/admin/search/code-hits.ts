import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import { ERRORS, type ErrorCode } from '@gatehouse/domain/errors';

/** The error codes that begin with a text in any case, with or without `GW_`: `sro` finds GW_SRO. */
export function codeHits(text: string): SearchHit[] {
  if (!/^[A-Za-z_]+$/.test(text)) return [];
  const start = `GW_${text.toUpperCase().replace(/^GW_?/, '')}`;
  return (Object.keys(ERRORS) as ErrorCode[])
    .filter((code) => code.startsWith(start))
    .map((code) => ({
      type: 'error-code',
      id: code,
      title: code,
      detail: ERRORS[code].publicText,
      matched: 'error code',
    }));
}
