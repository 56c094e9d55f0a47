import { ErsError } from './ers-errors.js';

/** A parameter of a FHIR Parameters resource, with the value types e-RS uses. */
export interface Parameter {
  readonly name: string;
  readonly valueString?: string;
  readonly valueIdentifier?: { readonly system?: string; readonly value?: string };
  readonly valueReference?: { readonly reference?: string };
  readonly valueCoding?: { readonly system?: string; readonly code?: string };
  readonly valueCodeableConcept?: { readonly coding?: readonly { readonly code?: string }[] };
  readonly resource?: Readonly<Record<string, unknown>>;
}

export type Parameters = ReadonlyMap<string, readonly Parameter[]>;

/** Reads a Parameters resource whose parameter names must all be known. */
export function readParameters(
  body: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Parameters {
  const list = body['parameter'];
  if (body['resourceType'] !== 'Parameters' || !Array.isArray(list)) {
    throw new ErsError(
      422,
      'INVALID_FHIR_STRUCTURE',
      "'resourceType' must be Parameters, with a list 'parameter'",
    );
  }
  const byName = new Map<string, Parameter[]>();
  for (const [i, item] of (list as unknown[]).entries()) {
    const parameter = item as Parameter | null;
    if (typeof parameter?.name !== 'string')
      throw new ErsError(422, 'INVALID_FHIR_STRUCTURE', `'parameter[${i}]' has no name`);
    if (!known.includes(parameter.name))
      throw new ErsError(
        422,
        'UNEXPECTED_FIELD',
        `'parameter[${i}]' (${parameter.name}) unknown parameter name`,
      );
    byName.set(parameter.name, [...(byName.get(parameter.name) ?? []), parameter]);
  }
  return byName;
}

export function requiredParameter(parameters: Parameters, name: string): Parameter {
  const parameter = parameters.get(name)?.[0];
  if (parameter === undefined) throw new ErsError(422, 'MISSING_VALUE', `'${name}' is required`);
  return parameter;
}

/** The code of a coding or codeable concept, which must be one of `allowed`. */
export function codeOf(parameter: Parameter, allowed: readonly string[]): string {
  const code = parameter.valueCoding?.code ?? parameter.valueCodeableConcept?.coding?.[0]?.code;
  if (code === undefined) throw new ErsError(422, 'MISSING_VALUE', `'${parameter.name}' has no code`);
  if (!allowed.includes(code))
    throw new ErsError(422, 'INVALID_CODE', `'${parameter.name}' has an unknown code`);
  return code;
}

export function optionalCode(
  parameters: Parameters,
  name: string,
  allowed: readonly string[],
): string | undefined {
  const parameter = parameters.get(name)?.[0];
  return parameter === undefined ? undefined : codeOf(parameter, allowed);
}
