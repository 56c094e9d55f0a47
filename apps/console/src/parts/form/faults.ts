/** What is wrong with a form, found in the browser with the shapes that the gateway checks. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { pointerOf } from '@gatehouse/contracts/problem';
import type { z } from 'zod';
import { type FieldFault, faultsInWords, NO_ANSWER, ProblemError } from '../../api/problem-error.js';
import type { Field, Texts } from './fields.js';

const CHECK_FIELDS = 'Check the marked fields.';

/** A fault as a list of several names it: “Organisation: Enter 3 characters”. */
export interface NamedFault {
  readonly name: string;
  readonly text: string;
}

/** The faults that fields of the form show, in the order of the fields. */
export function faultsOfFields(
  fields: readonly Field[],
  faults: readonly FieldFault[],
): readonly NamedFault[] {
  return fields.flatMap((field) => {
    const detail = faultOf(field, faults)?.detail;
    if (detail === undefined) return [];
    return [{ name: field.name, text: detail === enter(field) ? detail : `${field.label}: ${detail}` }];
  });
}

/** Whether no more is said of the form than that its fields are marked. */
export const isOfFieldsAlone = ({ message }: ProblemError): boolean => message === CHECK_FIELDS;

export const pointerOfField = ({ name }: Pick<Field, 'name'>): string => `/${name.replaceAll('.', '/')}`;

/** The fault of a field, or of a part of its value. */
export function faultOf(field: Field, faults: readonly FieldFault[]): FieldFault | undefined {
  const pointer = pointerOfField(field);
  return faults.find((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
}

/** Faults that no field of the form shows. */
export function faultsElsewhere(
  fields: readonly Field[],
  faults: readonly FieldFault[],
): readonly FieldFault[] {
  return faults.filter((fault) => !fields.some((field) => faultOf(field, [fault]) !== undefined));
}

/**
 * One fault for each field: a required field that is empty, or a value that the contract rejects.
 * @param schema the body of the route
 */
export function checkForm(
  fields: readonly Field[],
  texts: Texts,
  body: unknown,
  schema: z.ZodType | undefined,
): FieldFault[] {
  const empty = fields.filter(({ name, required }) => required === true && texts[name] === '');
  const missing = empty.map((field) => ({ pointer: pointerOfField(field), detail: enter(field) }));
  const parsed = schema === undefined ? undefined : checkShape(schema, body);
  const rejected =
    parsed?.success === false
      ? parsed.error.issues.map((issue) => ({ pointer: pointerOf(issue.path), detail: wordsFor(issue) }))
      : [];
  const faults: FieldFault[] = [...missing];
  for (const fault of rejected) {
    // A missing part makes the contract reject its parent too; the field itself has said so already.
    const isSaid = faults.some(
      ({ pointer }) => pointer === fault.pointer || pointer.startsWith(`${fault.pointer}/`),
    );
    if (!isSaid) faults.push(fault);
  }
  return faults;
}

/** What is wrong with the form as a whole: names what no field shows; else it is enough that the fields are marked. */
export function problemOfFaults(
  fields: readonly Field[],
  faults: readonly FieldFault[],
  rejection = new ProblemError(NO_ANSWER, ''),
): ProblemError {
  const { status, message } = rejection;
  if (faults.length === 0) return rejection;
  const elsewhere = faultsElsewhere(fields, faults);
  if (elsewhere.length === 0) return new ProblemError(status, CHECK_FIELDS);
  return new ProblemError(status, `${message} ${faultsInWords({ faults: elsewhere })}`.trim());
}

/** The fault of a single value, in the words of its contract. */
export function faultOfValue(schema: z.ZodType, value: unknown): string | null {
  const [issue] = checkShape(schema, value).error?.issues ?? [];
  return issue === undefined ? null : wordsFor(issue);
}

function enter({ label, choices, kind }: Field): string {
  const isAcronym = /^[A-Z]{2}/.test(label);
  const name = isAcronym ? label : `${label.charAt(0).toLowerCase()}${label.slice(1)}`;
  return `${choices === undefined && kind !== 'document' ? 'Enter' : 'Choose'} the ${name}`;
}

/** The contract's own words, where it has some; zod's are for programmers. */
function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big' && issue.origin === 'number') return `Enter ${String(issue.maximum)} or less`;
  if (issue.code === 'too_small' && issue.origin === 'number')
    return `Enter ${String(issue.minimum)} or more`;
  if (issue.code === 'invalid_type' && ['number', 'int'].includes(issue.expected))
    return 'Enter a whole number';
  return `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}`;
}
