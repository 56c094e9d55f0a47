import type { AnswerOf, RouteName } from '@gatehouse/contracts/routes';
import { HIT_KINDS } from '../search/hit-kinds.js';

/** A line of the palette, and the page that it opens. */
export interface PaletteItem {
  readonly group: string;
  readonly label: string;
  readonly detail?: string;
  readonly to: string;
  /** The label of a dialog that opens on that page. */
  readonly opens?: string;
}

export interface LocalItem extends PaletteItem {
  /** Offered to people who may call this route. */
  readonly route: RouteName;
  /** Other words that people type for it. */
  readonly words?: string;
}

type Hit = AnswerOf<'search'>['hits'][number];

/** What can be started without opening a record first. */
export const ACTIONS: readonly LocalItem[] = [
  action('Create a client', '/clients', 'registryApply', 'new service grant'),
  action('Create a signing key', '/signing-keys', 'keyCreate', 'new'),
  action('Set a policy', '/rotations', 'rotationPolicySet', 'key rotation new'),
  action('Appoint an SRO', '/sro-appointments', 'sroAppoint', 'senior responsible owner new'),
  action('Grant an exception', '/write-exceptions', 'exceptionGrant', 'write new'),
  action('Set a minimum level', '/assurance-floors', 'assuranceSet', 'assurance new'),
  action('Create a token', '/admin-tokens', 'tokenCreate', 'api new'),
];

/** The label is that of the button on the page. */
function action(label: string, to: string, route: RouteName, words: string): LocalItem {
  return { group: 'Actions', label, to, opens: label, route, words };
}

/** The menu does not list it: it is reached from the audit trail. */
export const PATIENT_SEARCH: LocalItem = {
  group: 'Pages',
  label: 'Who saw a patient?',
  to: '/patient-search',
  route: 'auditSearch',
  words: 'search nhs number ubrn subject access',
};

/** Those for which each typed word begins one of their words; all that the person may use if nothing is typed. */
export function matchingItems(
  items: readonly LocalItem[],
  typed: string,
  permissions: readonly RouteName[],
): LocalItem[] {
  const starts = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ label, words = '', route }) => {
    const all = `${label} ${words}`.toLowerCase().split(/[\s/“”?]+/);
    return permissions.includes(route) && starts.every((start) => all.some((word) => word.startsWith(start)));
  });
}

/** In the order of the headings above, so that each heading appears once. */
export function hitItems(hits: readonly Hit[]): PaletteItem[] {
  return Object.entries(HIT_KINDS).flatMap(([type, { plural, page }]) =>
    hits
      .filter((hit) => hit.type === type)
      .map(({ id, title, detail }) => ({ group: plural, label: title, detail, to: page(id) })),
  );
}
