// docs/errors.md and docs/diagnoses.md, from the tables in libs/domain.
const { ERRORS } = await import('../../libs/domain/dist/errors.js');
const { FRAMING_RULES } = await import('../../libs/domain/dist/input/framing-rules.js');
const { DIAGNOSES } = await import('../../libs/domain/dist/apim/diagnosis.js');

const ACTORS = {
  caller: 'You, the caller',
  'platform team': 'Your platform team',
  governance: 'Governance staff',
  'NHS England': 'NHS England',
  operator: 'The operator of this deployment',
};
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;
const framingRules = [
  'The answer names the one rule that was broken:',
  '',
  '| What was wrong | What to send instead | HTTP |',
  '| --- | --- | --- |',
  ...Object.values(FRAMING_RULES).map(
    ({ text, whatToDo, status = 400 }) => `| ${text} | ${whatToDo} | ${status} |`,
  ),
  '',
];

/** docs/errors.md */
export const errorPage = [
  '# Error codes',
  '',
  'Generated from `libs/domain/src/errors.ts` by `npm run docs`.',
  '',
  'Every refusal of Gatehouse is a FHIR OperationOutcome in the profile of the path (R4 under `/FHIR/R4/`, else STU3) with the code in `issue[0].details.coding[0].code`, and has the header `Gatehouse-Error-Source: gateway`. Errors of e-RS keep their own codes and have `Gatehouse-Error-Source: upstream`.',
  '',
  ...Object.entries(ERRORS).flatMap(([code, entry]) => [
    `## ${code}`,
    '',
    `HTTP ${entry.status}, FHIR issue \`${entry.fhirIssue}\`${entry.retryAfterS === undefined ? '' : `, Retry-After ${entry.retryAfterS} s or more`}.`,
    '',
    `**What was wrong.** ${entry.publicText}`,
    '',
    `**What to do.** ${entry.whatToDo}`,
    '',
    `**Who must act.** ${sentence(ACTORS[entry.whoActs])}`,
    '',
    ...(code === 'GW_FRAMING' ? framingRules : []),
  ]),
].join('\n');

/** docs/diagnoses.md */
export const diagnosisPage = [
  '# Diagnoses',
  '',
  'Generated from `libs/domain/src/apim/diagnosis.ts` by `npm run docs`.',
  '',
  'When an answer of NHS England shows a known misconfiguration of the APIM application, Gatehouse adds the header `Gatehouse-Diagnosis` with one of these codes.',
  '',
  ...Object.values(DIAGNOSES).flatMap((diagnosis) => [
    `## ${diagnosis.code}`,
    '',
    `**What is wrong.** ${diagnosis.whatIsWrong}`,
    '',
    `**Who must act.** ${sentence(diagnosis.whoMustAct)}`,
    '',
  ]),
].join('\n');
