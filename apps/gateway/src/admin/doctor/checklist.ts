/**
 * What stands between an application and its first call, in the order in which it has to be done
 * (docs/guides/onboarding.md: create the binding, give its JWKS URL to API Management, enter API key and ASID, go
 * live).
 */
import type { ChecklistStep, DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { apimAttributes } from '@gatehouse/domain/apim/apim-attributes';
import type { RegisteredValue } from '@gatehouse/domain/registry/cis2-registration';
import type { AccessMode, Capability } from '@gatehouse/domain/registry/records/vocabulary';

export type Step = DoctorReport['steps'][number];

/** What is known about an application on its way to its first call. */
export interface Readiness {
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
  /** The active CIS2 client of the product; null: it has none. */
  readonly cis2Client: { readonly auth: string; readonly keyActive: boolean } | null;
  /** What has to be registered with NHS CIS2, as far as it is known. */
  readonly toRegister: readonly RegisteredValue[];
  readonly messageSets: readonly string[];
  readonly jwksUrl: string;
  /** Of combined authentication; null for an application that has no users. */
  readonly callbackUrl: string | null;
  readonly keyPublished: boolean;
  readonly keyActive: boolean;
  readonly sro: 'none' | 'proposed' | 'lapsed' | 'in force';
  readonly sroSpineUserId: string | null;
  readonly clientWithGrant: boolean;
  readonly clientCanProveItself: boolean;
}

const PARTNERS_TEAM = 'NHS England (e-RS partners team)';
const PLATFORM = 'platform team';

export function checklist(application: Readiness): Step[] {
  const restricted = application.accessMode === 'application-restricted';
  const steps: (Step | null)[] = [
    step(
      'organisation',
      application.organisationsActive,
      'The organisation is active',
      PLATFORM,
      'Apply the registry file with state: active.',
    ),
    application.open ? null : keyStep(application),
    application.open ? null : portalStep(application),
    restricted && !application.open ? sroStep(application) : null,
    application.open ? null : attributesStep(application),
    ...(restricted || application.open ? [] : userSteps(application)),
    step(
      'message-sets',
      application.messageSets.length > 0,
      'Message sets are chosen',
      PLATFORM,
      'List the messageSets of the application in the registry file: those that NHS England allowed for the ASID.',
    ),
    step(
      'live',
      application.state === 'live',
      'The application is live',
      PLATFORM,
      application.state === 'suspended'
        ? 'The application is suspended. Find out why, then apply the registry file with state: live.'
        : 'Once the steps before this one are done, apply the registry file with state: live.',
    ),
    application.open
      ? null
      : step(
          'active-key',
          application.keyActive,
          'A signing key is active',
          PLATFORM,
          'Run "gatehouse keys activate KID"; "gatehouse keys list" shows from when that is allowed.',
        ),
    step(
      'grant',
      application.clientWithGrant,
      'A client has a grant for this application',
      PLATFORM,
      'Add the grant to a client in the registry file.',
    ),
    step(
      'client-key',
      application.clientCanProveItself,
      'That client has a usable key',
      PLATFORM,
      `Run "gatehouse clients issue-key --environment ${application.environment} CLIENT", or give the client a workload.`,
    ),
  ];
  return steps.filter((entry) => entry !== null);
}

function step(
  id: ChecklistStep,
  done: boolean,
  title: string,
  whoActs: string,
  whatToDo: string,
  values: Step['values'] = [],
): Step {
  return { id, title, done, whoActs, whatToDo: done ? 'Nothing: this is done.' : whatToDo, values };
}

/** What signing users in, and keeping them signed in, needs besides. */
function userSteps({ hasApiSecret, cis2Client, toRegister }: Readiness): Step[] {
  const values = toRegister.map(({ name, value }) => ({ name, value, known: true }));
  return [
    step(
      'api-secret',
      hasApiSecret,
      'The API secret is entered',
      PLATFORM,
      'Put the API secret of the APIM application into the registry file as apiSecret: it is needed to refresh tokens.',
    ),
    step(
      'cis2-client',
      cis2Client !== null,
      'The product has a CIS2 client in this environment',
      PLATFORM,
      'Register the product with NHS CIS2 with these values, and add the client to cis2Clients in the registry file. A product whose users sign in by combined authentication alone needs none.',
      values,
    ),
    ...(cis2Client?.auth === 'private_key_jwt'
      ? [
          step(
            'cis2-key',
            cis2Client.keyActive,
            'The CIS2 client has an active signing key',
            PLATFORM,
            'Run "gatehouse keys create --cis2-client" for this product, and register these values with NHS CIS2.',
            values,
          ),
        ]
      : []),
  ];
}

function keyStep(application: Readiness): Step {
  return step(
    'published-key',
    application.keyPublished,
    'A signing key is published at the JWKS URL',
    PLATFORM,
    'Run "gatehouse keys create" for this application. Its first key is active at once.',
    [{ name: 'jwks-resource-url', value: application.jwksUrl, known: true }],
  );
}

function portalStep(application: Readiness): Step {
  return step(
    'api-key',
    application.hasApiKey,
    'The API key of the APIM application is entered here',
    PLATFORM,
    `Create the application in the NHS England developer portal under the name below, add the e-RS API for ${application.accessMode} access, and then put its API key into the registry file as apiKey.`,
    [
      { name: 'name', value: application.name, known: true },
      { name: 'jwks-resource-url', value: application.jwksUrl, known: true },
      ...(application.callbackUrl === null
        ? []
        : [{ name: 'callback URL', value: application.callbackUrl, known: true }]),
    ],
  );
}

function sroStep(application: Readiness): Step {
  const whatToDo = {
    none: 'Appoint one with "gatehouse sro appoint", on the written authority of the CIO.',
    proposed: 'The appointment must be accepted. Record the acceptance with "gatehouse sro accept ID".',
    lapsed: 'The review is overdue. Record it with "gatehouse sro review ID --due YYYY-MM-DD".',
    'in force': '',
  }[application.sro];
  const whoActs =
    application.sro === 'proposed' ? 'senior responsible owner, recorded by governance' : 'governance';
  return step(
    'sro',
    application.sro === 'in force',
    'A senior responsible owner is in force',
    whoActs,
    whatToDo,
  );
}

function attributesStep(application: Readiness): Step {
  const values = apimAttributes(application).map(({ name, value, from }) => ({
    name,
    value: value ?? `(${from})`,
    known: value !== null,
  }));
  return step(
    'asid',
    application.asid !== null,
    'The ASID that NHS England issued is entered here',
    PARTNERS_TEAM,
    'Send these values to the e-RS partners team and ask them to set each of them on the APIM application. Put the ASID that they issue into the registry file as asid.',
    values,
  );
}
