import { sentenceCase } from '../parts/words.js';

interface Role {
  readonly role: string;
  /** Null: for every organisation. */
  readonly odsCodes: readonly string[] | null;
  readonly source: 'provider' | 'administrator';
}

/** “Governance officer for R69 (from the identity provider)”. */
export function roleText({ role, odsCodes, source }: Role): string {
  const where = odsCodes === null ? '' : ` for ${odsCodes.join(', ')}`;
  return `${sentenceCase(role.replaceAll('-', ' '))}${where}${source === 'provider' ? ' (from the identity provider)' : ''}`;
}
