import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CATALOGUE } from './catalogue.js';
import { GatewayError } from '../errors.js';
import { matchOperation, renderPath } from './operation.js';
import { parseQuery, renderQuery, requireParameters } from './query.js';

const EXAMPLES: Record<string, string> = {
  ubrn: '000000070000',
  version: '5',
  codeSystem: 'SPECIALTY',
  binaryId: 'c5d2d200-7613-4a69-9c5f-1bb68e04b8d8',
  serviceId: '11000',
  appointmentId: '70000',
};
const fill = (template: string): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => EXAMPLES[name] ?? '?');

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe('the catalogue', () => {
  it('has 37 interactions in 40 rows, each with its own method and path', () => {
    expect(CATALOGUE).toHaveLength(40);
    expect(new Set(CATALOGUE.map((row) => row.interaction)).size).toBe(37);
    expect(new Set(CATALOGUE.map((row) => `${row.method} ${row.path}`)).size).toBe(40);
  });

  it('permits exactly the application-restricted table of the specification, and writes only under an exception', () => {
    const open = CATALOGUE.filter((row) => row.applicationRestricted !== null);
    expect([...new Set(open.map((row) => row.interaction))]).toEqual(
      'A004 A005 A007 A008 A013 A024 A025 A028 A029 A033 A035 A036 A037 A042 A043'
        .split(' ')
        .sort(
          (a, b) =>
            open.findIndex((row) => row.interaction === a) - open.findIndex((row) => row.interaction === b),
        ),
    );
    for (const row of open) expect(row.applicationRestricted?.writeException).toBe(!row.readOnly);
  });

  it.each(CATALOGUE)('$operationId: its path matches no other row, and is rendered back unchanged', (row) => {
    const path = fill(row.path);
    const matched = matchOperation(row.method, path);
    expect(matched.operation).toBe(row);
    expect(renderPath(matched)).toBe(path);
  });
});

describe('one spelling per operation', () => {
  const target = '/FHIR/STU3/ReferralRequest/000000070000';
  it.each([
    ['trailing slash', `${target}/`],
    ['doubled slash', '/FHIR//STU3/ReferralRequest/000000070000'],
    ['dot segment', '/FHIR/STU3/./ReferralRequest/000000070000'],
    ['climb', '/FHIR/STU3/x/../ReferralRequest/000000070000'],
    ['percent-encoding', '/FHIR/STU3/ReferralRequest/00000007000%30'],
    ['encoded dollar', '/FHIR/STU3/ReferralRequest/%24ers.fetchworklist'],
    ['lower case', '/fhir/stu3/referralrequest/000000070000'],
    ['path parameter', `${target};a=1`],
    ['11 digits', '/FHIR/STU3/ReferralRequest/00000007000'],
    ['13 digits', '/FHIR/STU3/ReferralRequest/0000000700000'],
    ['version 0', `${target}/_history/0`],
    ['no version', `${target}/_history`],
    ['prototype', '/FHIR/STU3/ReferralRequest/__proto__'],
    ['absolute form', `http://gateway${target}`],
    ['backslash', `${target}\\..`],
    ['unknown code system', '/FHIR/STU3/CodeSystem/UNKNOWN'],
    ['empty', ''],
  ])('%s is refused', (_, path) => {
    expect(codeOf(() => matchOperation('GET', path))).toBe('GW_PATH_SYNTAX');
  });

  it('a known path with another method is refused with the methods that it takes', () => {
    expect(codeOf(() => matchOperation('DELETE', target))).toBe('GW_METHOD');
    expect(codeOf(() => matchOperation('HEAD', target))).toBe('GW_METHOD');
  });

  it('for any bytes: what would go upstream is the rendering of one row, or nothing', () => {
    const rows = CATALOGUE.map((row) => fill(row.path));
    const mutated = fc
      .tuple(
        fc.constantFrom(...rows),
        fc.nat(),
        fc.string({ maxLength: 6, unit: 'binary' }),
        fc.nat({ max: 4 }),
      )
      .map(([row, at, text, cut]) => {
        const index = at % (row.length + 1);
        return row.slice(0, index) + text + row.slice(index + cut);
      });
    const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'get');
    fc.assert(
      fc.property(methods, fc.oneof(mutated, fc.string({ unit: 'binary' })), (method, path) => {
        try {
          const matched = matchOperation(method, path);
          const rendered = renderPath(matched);
          expect(rendered).toBe(path);
          expect(CATALOGUE).toContain(matched.operation);
          expect(matched.operation.method).toBe(method);
          expect(rendered).toMatch(/^\/FHIR\/(STU3|R4)\/[A-Za-z0-9$._/-]+$/);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('query strings', () => {
  const operation = (interaction: string) => CATALOGUE.find((row) => row.interaction === interaction)!;
  it.each([
    [
      'A029',
      'focus=ReferralRequest%2F000000070000%2F_history%2F6&intent=proposal&status=ready',
      '?focus=ReferralRequest/000000070000/_history/6&intent=proposal&status=ready',
    ],
    [
      'A029',
      'status=ready&intent=proposal&focus=ReferralRequest/000000070000',
      '?focus=ReferralRequest/000000070000&intent=proposal&status=ready',
    ],
    ['A035', '_id=1%2C2', '?_id=1,2'],
    [
      'A041',
      'identifier=https://fhir.nhs.uk/Id/UBRN%7C000000070000',
      '?identifier=https://fhir.nhs.uk/Id/UBRN%7C000000070000',
    ],
    ['A005', null, ''],
  ])('%s %s is written again as %s', (interaction, raw, rendered) => {
    const query = parseQuery(operation(interaction), raw);
    requireParameters(operation(interaction), query);
    expect(renderQuery(operation(interaction), query)).toBe(rendered);
  });

  it.each([
    ['A005', 'access_mode=user'],
    ['A005', ''],
    ['A041', 'identifier[]=000000070000'],
    ['A041', 'Identifier=000000070000'],
    ['A041', 'identifier=%zz'],
    ['A041', 'identifier=000000070000%0d%0aX:1'],
    ['A041', '?identifier=000000070000'],
    ['A041', 'identifier=000000070000&identifier=000000070001'],
    ['A041', 'identifier=000000070000&_format=xml'],
    ['A041', 'identifier=https://evil.example%7C000000070000'],
    ['A041', 'identifier=+000000070000'],
    ['A041', 'identifier'],
    ['A041', '__proto__=1'],
    ['A015', '_count=101'],
    ['A015', '_count=-1'],
    ['A035', Array.from({ length: 1500 }, () => 'a=1').join('&')],
  ])('%s %s is refused', (interaction, raw) => {
    expect(codeOf(() => parseQuery(operation(interaction), raw))).toBe('GW_QUERY');
  });

  it('a missing parameter is named', () => {
    const a029 = operation('A029');
    expect(() => {
      requireParameters(a029, parseQuery(a029, 'intent=proposal&status=ready'));
    }).toThrow(GatewayError);
  });
});
