// docs/errors.md and docs/diagnoses.md, from the tables in libs/domain.
const { ERRORS } = await import('../../libs/domain/dist/errors.js');
const { FRAMING_RULES } = await import('../../libs/domain/dist/input/framing-rules.js');
const { DIAGNOSES } = await import('../../libs/domain/dist/apim/diagnosis.js');
const { PROBE_FINDINGS } = await import('../../libs/domain/dist/apim/probe.js');
const { TOKEN_REFUSALS } = await import('../../libs/domain/dist/apim/token-refusal.js');

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
    `HTTP ${entry.status}, FHIR issue \`${entry.fhirIssue}\`${entry.retryAfterS === undefined ? '' : `, Retry-After ${entry.retryAfterS} s or more`}${entry.readMayBeRepeated ? ', a read may be repeated' : ''}.`,
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

/** @param whoActs a kind of actor, or the actor in words */
const remedySection = ([code, { whatIsWrong, whatToDo, whoActs }]) => [
  `### ${code}`,
  '',
  `**What is wrong.** ${whatIsWrong}`,
  '',
  `**What to do.** ${whatToDo}`,
  '',
  `**Who must act.** ${sentence(ACTORS[whoActs] ?? whoActs)}`,
  '',
];

/** docs/diagnoses.md */
export const diagnosisPage = [
  '# Diagnoses',
  '',
  'Generated from `libs/domain/src/apim/diagnosis.ts` and `token-refusal.ts` by `npm run docs`.',
  '',
  'When an answer of NHS England shows a known misconfiguration of the APIM application, Gatehouse adds the header `Gatehouse-Diagnosis` with one of these codes. `gatehouse doctor` shows the last one of an application.',
  '',
  ...Object.values(DIAGNOSES).flatMap((diagnosis) => [
    `## ${diagnosis.code}`,
    '',
    `**What is wrong.** ${diagnosis.whatIsWrong}`,
    '',
    `**Who must act.** ${sentence(diagnosis.whoMustAct)}`,
    '',
  ]),
  '## When an access token is refused',
  '',
  'The answer is 502 GW_TOKEN_REFUSED, or 503 GW_TOKEN_UNAVAILABLE without the header where trying again may help. The audit trail has the words of NHS England and its message id (event `MINT_FAILED`).',
  '',
  ...Object.entries(TOKEN_REFUSALS).flatMap(remedySection),
  '## What a probe concludes',
  '',
  'The probe of an application ([ADR 48](adr/0048-probes-on-schedule.md)) has one of the codes above, a code of Gatehouse, or one of these, which no single answer is known to mean.',
  '',
  ...Object.entries(PROBE_FINDINGS).flatMap(remedySection),
].join('\n');
