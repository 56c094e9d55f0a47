/** Verbs and fields of a requested change, as its summary puts them. */
export type Row = Readonly<Record<string, unknown>>;

type StateWords = Readonly<Record<string, string>>;

export const RUNNING_STATES: StateWords = {
  active: 'run again',
  suspended: 'be suspended',
  retired: 'be retired',
};
export const APPLICATION_STATES: StateWords = {
  live: 'go live',
  suspended: 'be suspended',
  retired: 'be retired',
  draft: 'go back to draft',
};
export const KEY_STATES: StateWords = {
  PENDING: 'be created',
  PUBLISHED: 'be published',
  ACTIVE: 'become the active one',
  RETIRING: 'be retired',
  REMOVED: 'be removed',
};

/** “would go live”, “would have another name”: the state first, then the fields that differ. */
export function becomes(before: Row | null, after: Row | null, states: StateWords): string {
  if (after === null) return 'would be removed';
  const state = text(after, 'state');
  if (before === null) {
    const further = state === 'active' || state === 'draft' ? '' : ` and ${states[state] ?? ''}`;
    return `would be added${further}`;
  }
  const fields = Object.keys(after).filter(
    (name) => name !== 'state' && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const others = fields.map((name) => FIELD_WORDS[name] ?? name.replaceAll('_', ' '));
  const another = others.length === 0 ? '' : `have another ${others.join(', another ')}`;
  const next = text(before, 'state') === state ? '' : (states[state] ?? '');
  return `would ${[next, another].filter((part) => part !== '').join(' and ') || 'have another secret'}`;
}

const FIELD_WORDS: StateWords = {
  asid: 'ASID',
  asid_shared_with: 'list of services that share its ASID',
  api_key: 'API key',
  apim_application_id: 'APIM application id',
  registered_client_id: 'client id',
  auth: 'authentication',
  signing_algorithm: 'signing algorithm',
  secrets_changed: 'secret',
};

/** Which interactions it would gain and lose. */
export function ofMessageSet(row: Row, before: Row | null, after: Row | null): string {
  const name = `Message set ${text(row, 'name')}`;
  if (after === null) return `${name} would be removed.`;
  const [was, is] = [before?.['interactions'], after['interactions']].map((value) =>
    Array.isArray(value) ? value.map(String) : [],
  ) as [string[], string[]];
  const added = is.filter((id) => !was.includes(id)).join(', ');
  const removed = was.filter((id) => !is.includes(id)).join(', ');
  if (before === null) return `${name} would be added, with ${added}.`;
  const parts = [
    added === '' ? '' : `also allow ${added}`,
    removed === '' ? '' : `no longer allow ${removed}`,
  ];
  return `${name} would ${parts.filter((part) => part !== '').join(' and ')}.`;
}

/** A member as text; '' if it has none. */
export function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
