/** What a newer e-RS specification changes, in words for people who run Gatehouse. */
import type { Aspect, Difference } from './compare-catalogue.js';

type Sides = Pick<Difference, 'builtIn' | 'file'>;

/** One sentence or two: what the newer specification says, and what this build has where that is not plain. */
export function differenceInWords({ aspect, ...sides }: Pick<Difference, 'aspect'> & Sides): string {
  return WORDS[aspect]({ builtIn: sides.builtIn ?? 'none', file: sides.file ?? 'none' });
}

type Words = (sides: { readonly builtIn: string; readonly file: string }) => string;

const yesOrNo =
  (yes: string, no: string): Words =>
  ({ file }) =>
    file === 'yes' ? yes : no;

const both =
  (what: string): Words =>
  ({ builtIn, file }) =>
    `${what}: ${file}. This build has: ${builtIn}.`;

const WORDS: Readonly<Record<Aspect, Words>> = {
  added: ({ file }) => `It is new: ${file}. Gatehouse refuses it until a build has it.`,
  removed: ({ builtIn }) => `It is no longer specified: ${builtIn}. Gatehouse still allows it.`,
  method: ({ builtIn, file }) => `It is called by ${file} and no longer by ${builtIn}.`,
  path: ({ builtIn, file }) => `Its path is ${file} and no longer ${builtIn}.`,
  deprecated: yesOrNo('NHS England has deprecated it.', 'It is no longer deprecated.'),
  'business functions': both('A user needs one of these business functions'),
  'application-restricted': yesOrNo(
    'Applications may call it without a user.',
    'Applications may no longer call it without a user.',
  ),
  capabilities: both('Applications may call it as'),
  'write exception': yesOrNo(
    'Applications need a write exception for it.',
    'Applications no longer need a write exception for it.',
  ),
  'If-Match': yesOrNo('It takes the header If-Match.', 'It no longer takes the header If-Match.'),
  'on behalf of': yesOrNo(
    'A user may act in it on behalf of another.',
    'A user may no longer act in it on behalf of another.',
  ),
  'query parameters': both('Its query parameters are'),
  'request body': both('The media types of its request body are'),
  limits: both('Its limits are'),
};
