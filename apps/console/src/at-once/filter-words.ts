const LABELS: Readonly<Record<string, string>> = { organisation: 'ODS code', asid: 'ASID' };

/** “environment int, product ReferWell”. */
export function filterInWords(filter: object): string {
  return Object.entries(filter)
    .map(([name, value]) => `${LABELS[name] ?? name} ${String(value)}`)
    .join(', ');
}
