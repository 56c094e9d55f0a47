import { describe, expect, it } from 'vitest';
import { type FirstRequest, SNIPPETS } from './snippets.js';

const REQUEST: FirstRequest = {
  address: 'https://gatehouse.example',
  key: 'gh_int_1',
  headers: { 'Gatehouse-Product': `Surgeon's "Own" 'Choice'` },
};

describe.each(Object.keys(SNIPPETS))('the snippet for %s', (name) => {
  it('exports the key while it is known, and never writes it anywhere else', () => {
    const text = SNIPPETS[name]?.(REQUEST) ?? '';
    expect(text.startsWith("export GATEHOUSE_KEY='gh_int_1'\n")).toBe(true);
    expect(text.split('gh_int_1')).toHaveLength(2);
    expect(SNIPPETS[name]?.({ ...REQUEST, key: null })).toBe(text.slice(text.indexOf('\n') + 1));
  });

  it('quotes what a product may be called', () => {
    const quoted =
      name === 'curl'
        ? String.raw`'Gatehouse-Product: Surgeon'\''s "Own" '\''Choice'\'''`
        : String.raw`"Surgeon's \"Own\" 'Choice'"`;
    expect(SNIPPETS[name]?.(REQUEST)).toContain(quoted);
  });
});
