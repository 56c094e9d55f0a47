import { checkShape } from '@gatehouse/contracts/fault-words';
import { isForPatientSearch, searchText } from '@gatehouse/contracts/registry/search-routes';
import type { RouteName } from '@gatehouse/contracts/routes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useDebouncedEvent, usePermissions } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { MENU_GROUPS } from '../layout/menu-entries.js';
import { counted, sentenceCase } from '../parts/words.js';
import { ACTIONS, hitItems, matchingItems, type PaletteItem, PATIENT_SEARCH } from './palette-items.js';

const PAUSE_MS = 100;
const LOCAL = [
  ...Object.values(MENU_GROUPS)
    .flat()
    .map(({ to, text, route }) => ({ group: 'Pages', label: text, to, route })),
  PATIENT_SEARCH,
  ...ACTIONS,
];

interface Items {
  readonly typed: string;
  readonly type: (text: string) => void;
  readonly items: readonly PaletteItem[];
  /** What the list is, or why it is empty. */
  readonly note: string;
}

/** What fits the typed text. Text that the gateway would reject, above all an NHS number, is not sent. */
export function usePaletteItems(): Items {
  const { permissions = [] } = usePermissions<readonly RouteName[]>();
  const maySearch = useMay('search');
  const [typed, setTyped] = useState('');
  const [searched, setSearched] = useState('');
  const searchLater = useDebouncedEvent(setSearched, PAUSE_MS);
  const text = typed.trim();
  const checked = checkShape(searchText, text);
  const { data, error } = useQuery({
    queryKey: ['search', searched],
    queryFn: () => callRoute('search', { query: { q: searched } }),
    // What was found for an earlier text is not offered: Enter would open it.
    enabled: maySearch && checked.success && searched === text,
  });
  const type = (next: string): void => {
    setTyped(next);
    searchLater(next.trim());
  };
  const hits = searched === text ? data?.hits : undefined;
  const items = [...matchingItems(LOCAL, text, permissions), ...hitItems(hits ?? [])];
  if (text.length < 2 || !maySearch) return { typed, type, items, note: '' };
  if (!checked.success) {
    const offered = isForPatientSearch(text) ? matchingItems([PATIENT_SEARCH], '', permissions) : [];
    return { typed, type, items: offered, note: `${sentenceCase(checked.error.issues[0]?.message ?? '')}.` };
  }
  if (error !== null) return { typed, type, items, note: messageOf(error) };
  if (hits === undefined) return { typed, type, items, note: 'Searching …' };
  const found = items.length === 0 ? 'Nothing found. You may not be allowed to see every organisation.' : '';
  return { typed, type, items, note: found || `${counted(items.length, 'result')}.` };
}
