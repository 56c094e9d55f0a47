/**
 * The words for a wrong value whose schema has none of its own. The texts of the validation library are for programmers;
 * these say what to write. `fault-words.spec.ts` walks every contract.
 */
import { HOW_TO_WRITE_A_MOMENT } from '@gatehouse/domain/input/moment';
import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
type IssueOf<C extends Issue['code']> = Extract<Issue, { readonly code: C }>;

const TYPES: Readonly<Record<string, string>> = {
  string: 'this must be text',
  number: 'write a number',
  int: 'write a whole number',
  boolean: 'write true or false',
  array: 'this must be a list',
  object: 'this must be an object, { … }',
  record: 'this must be an object, { … }',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'this is not an id: ids are UUIDs',
  datetime: HOW_TO_WRITE_A_MOMENT,
  date: 'write a date as YYYY-MM-DD',
  url: 'write a whole URL, https://…',
  email: 'write an email address',
};

/** Too little to act on: a schema that can end here needs words of its own. */
export const VAGUE_FAULT = 'this is not written as it must be';

/** The words for an issue, from what the schema permits. */
export function faultInWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'this is missing' : (TYPES[issue.expected] ?? VAGUE_FAULT);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_format':
      return FORMATS[issue.format] ?? VAGUE_FAULT;
    case 'invalid_value':
      return `write ${listed(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return 'this is not known here; check its spelling';
    default:
      return VAGUE_FAULT;
  }
}

function tooSmall({ origin, minimum }: IssueOf<'too_small'>): string {
  const least = String(minimum);
  if (origin === 'string') return minimum === 1 ? 'this is empty' : `write at least ${least} characters`;
  return origin === 'array' ? `list at least ${least}` : `write ${least} or more`;
}

function tooBig({ origin, maximum }: IssueOf<'too_big'>): string {
  const most = maximum.toLocaleString('en-GB');
  if (origin === 'string') return `write at most ${most} characters`;
  return origin === 'array' ? `list at most ${most}` : `write ${most} or less`;
}

/** “draft, live or retired” */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** What the schema makes of a value, or its faults in words. Words that the schema has of its own come first. */
export function checkShape<S extends z.ZodType>(
  schema: S,
  value: unknown,
): z.ZodSafeParseResult<z.output<S>> {
  return schema.safeParse(value, { error: faultInWords });
}
