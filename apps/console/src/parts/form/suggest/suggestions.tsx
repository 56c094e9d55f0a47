/** What the registry holds that fits a field, offered by the browser’s own list as somebody types. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { searchText } from '@gatehouse/contracts/registry/search-routes';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useDebouncedEvent } from 'react-admin';
import { callRoute } from '../../../api/call-route.js';
import { useEnvironments } from '../../../environments/use-environments.js';
import { offeredFor, type Suggested, type Suggestion } from './offered.js';

const PAUSE_MS = 200;
/** The browser shows no more at a time than a person reads. */
const MOST = 50;
const KEPT_MS = 60_000;

interface Props {
  readonly id: string;
  readonly of: Suggested;
  /** What stands in the field. Text that reads as an NHS number is not sent. */
  readonly typed: string;
  readonly isList: boolean;
}

export default function Suggestions({ id, of, typed, isList }: Props) {
  const [searched, setSearched] = useState('');
  const searchLater = useDebouncedEvent(setSearched, PAUSE_MS);
  useEffect(() => {
    searchLater(typed.trim());
  }, [typed, searchLater]);
  const environments = useEnvironments().map(({ name }) => ({ value: name, label: '' }));
  const { data: first = [] } = useQuery({
    queryKey: ['suggestions', of],
    queryFn: FIRST[of],
    staleTime: KEPT_MS,
  });
  const search = FOUND[of];
  // The search knows a code only whole, and a name by its start; the first of the list are offered by either.
  const { data: found = [] } = useQuery({
    queryKey: ['suggestions', of, searched],
    queryFn: () => search?.(searched) ?? [],
    enabled: search !== undefined && checkShape(searchText, searched).success,
    staleTime: KEPT_MS,
  });
  const offered = of === 'environment' ? environments : [...found, ...first];
  return (
    <datalist id={id}>
      {offeredFor(offered, typed, isList).map(({ value, label }) => (
        <option key={value} value={value} label={label === '' ? undefined : label} />
      ))}
    </datalist>
  );
}

/** A list that can’t be read, or that this person may not read, offers nothing. */
const FIRST: Readonly<Record<Suggested, () => Promise<readonly Suggestion[]>>> = {
  environment: () => Promise.resolve([]),
  organisation: async () => {
    const { items } = await callRoute('organisationsList', { query: { limit: MOST } });
    return items.map(({ odsCode, name }) => ({ value: odsCode, label: name }));
  },
  client: async () => {
    const { items } = await callRoute('clientsList', { query: { limit: MOST } });
    return items.map(({ name }) => ({ value: name, label: '' }));
  },
  product: async () => {
    const { products } = await callRoute('planShow', { body: { limit: 1 } });
    return products.map((value) => ({ value, label: '' }));
  },
};

/** Of these there may be many more. */
const FOUND: Readonly<Partial<Record<Suggested, (text: string) => Promise<readonly Suggestion[]>>>> = {
  organisation: (text) => hits('organisation', text),
  client: async (text) => (await hits('client', text)).map(({ label }) => ({ value: label, label: '' })),
};

async function hits(type: 'organisation' | 'client', q: string): Promise<readonly Suggestion[]> {
  const { hits: found } = await callRoute('search', { query: { q } });
  return found.filter((hit) => hit.type === type).map(({ id, title }) => ({ value: id, label: title }));
}
