/**
 * What stands between an application and its first call, in the order in which it has to be done
 * (docs/guides/onboarding.md: create the binding, give its JWKS URL to API Management, enter API key and ASID, go
 * live).
 */
import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { apimAttributes } from '@gatehouse/domain/apim/apim-attributes';
import type { AccessMode, Capability } from '@gatehouse/domain/registry/records/vocabulary';

export type Step = DoctorReport['steps'][number];

export interface Patient {
  readonly name: string;
  readonly odsCodes: readonly string[];
  readonly environment: string;
  readonly open: boolean;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly state: string;
  readonly organisationsActive: boolean;
  readonly asid: string | null;
  readonly hasApiKey: boolean;
  readonly hasApiSecret: boolean;
  readonly messageSets: readonly string[];
  readonly jwksUrl: string;
  readonly keyPublished: boolean;
  readonly keyActive: boolean;
  readonly sro: 'none' | 'proposed' | 'lapsed' | 'in force';
  readonly sroSpineUserId: string | null;
  readonly clientWithGrant: boolean;
  readonly clientCanProveItself: boolean;
}

const PARTNERS_TEAM = 'NHS England (e-RS partners team)';
const PLATFORM = 'platform team';

export function checklist(of: Patient): Step[] {
  const restricted = of.accessMode === 'application-restricted';
  const steps: (Step | null)[] = [
    step(
      of.organisationsActive,
      'The organisation is active',
      PLATFORM,
      'Apply the registry file with state: active.',
    ),
    of.open ? null : keyStep(of),
    of.open ? null : portalStep(of),
    restricted && !of.open ? sroStep(of) : null,
    of.open ? null : attributesStep(of),
    restricted || of.open
      ? null
      : step(
          of.hasApiSecret,
          'The API secret is entered',
          PLATFORM,
          'Put apiSecret of the APIM application into the registry file: refreshing tokens needs it.',
        ),
    step(
      of.messageSets.length > 0,
      'Message sets are chosen',
      PLATFORM,
      'List messageSets of the application in the registry file: those NHS England allowed for the ASID.',
    ),
    step(
      of.state === 'live',
      'The application is live',
      PLATFORM,
      of.state === 'suspended'
        ? 'It is suspended: find out why, then apply the registry file with state: live.'
        : 'Apply the registry file with state: live, once the steps before this one are done.',
    ),
    of.open
      ? null
      : step(
          of.keyActive,
          'A signing key is active',
          PLATFORM,
          'Run "gatehouse keys activate KID"; "gatehouse keys list" tells from when it is allowed.',
        ),
    step(
      of.clientWithGrant,
      'A client is granted this application',
      PLATFORM,
      'List a grant for it under clients in the registry file.',
    ),
    step(
      of.clientCanProveItself,
      'That client has a usable key',
      PLATFORM,
      `Run "gatehouse clients issue-key --environment ${of.environment} CLIENT", or give the client a workload.`,
    ),
  ];
  return steps.filter((entry) => entry !== null);
}

function step(
  done: boolean,
  title: string,
  whoActs: string,
  whatToDo: string,
  values: Step['values'] = [],
): Step {
  return { title, done, whoActs, whatToDo: done ? 'Nothing: done.' : whatToDo, values };
}

function keyStep(of: Patient): Step {
  return step(
    of.keyPublished,
    'A signing key is published at the JWKS URL',
    PLATFORM,
    'Run "gatehouse keys create" for this application; its first key is active at once.',
    [{ name: 'jwks-resource-url', value: of.jwksUrl, known: true }],
  );
}

function portalStep(of: Patient): Step {
  return step(
    of.hasApiKey,
    'The APIM application exists and its API key is entered',
    PLATFORM,
    `Create the application in the NHS England developer portal under the name given, add the e-RS API for ${of.accessMode} access, then put its API key into the registry file as apiKey.`,
    [
      { name: 'name', value: of.name, known: true },
      { name: 'jwks-resource-url', value: of.jwksUrl, known: true },
    ],
  );
}

function sroStep(of: Patient): Step {
  const whatToDo = {
    none: 'Appoint one with "gatehouse sro appoint", on the written authority of the CIO.',
    proposed: 'The appointment waits for its acceptance: "gatehouse sro accept ID".',
    lapsed: 'The review is overdue: "gatehouse sro review ID --due YYYY-MM-DD".',
    'in force': '',
  }[of.sro];
  const whoActs = of.sro === 'proposed' ? 'senior responsible owner, recorded by governance' : 'governance';
  return step(of.sro === 'in force', 'A senior responsible owner is in force', whoActs, whatToDo);
}

function attributesStep(of: Patient): Step {
  const values = apimAttributes(of).map(({ name, value, from }) => ({
    name,
    value: value ?? `(${from})`,
    known: value !== null,
  }));
  return step(
    of.asid !== null,
    'NHS England has issued the ASID and set the attributes of the APIM application',
    PARTNERS_TEAM,
    'Send these values to the e-RS partners team and ask them to set each on the APIM application; put the ASID they issue into the registry file as asid.',
    values,
  );
}
