/**
 * A signing key that may be in the wrong hands: what is done at once, what stays exposed all the same, and what only NHS
 * England can do (docs/reference/protocol-facts.md §1, §3 and §4; threat K4).
 */
import { activatableAtMs, JWKS_CACHE_S } from '../registry/signing-key.js';
import type { RotatingKey } from './rotation.js';

/** The longest life of a token that API Management issues to an application. */
export const TOKEN_LIFE_S = 599;
/** For so long API Management goes on to take a token that was revoked (docs/reference/protocol-facts.md §1). */
export const REVOCATION_S = 180;

/**
 * The key that signs in place of the disabled one at once; null: none is published for long enough. A key that a person
 * published by hand was never read back by its URL: it comes last, since calls are refused without any key.
 */
export function standbyFor(
  keys: readonly RotatingKey[],
  disabledKid: string,
  nowMs: number,
): RotatingKey | null {
  const others = keys.filter(({ kid }) => kid !== disabledKid);
  const isOldEnough = (sinceMs: number | null): boolean =>
    sinceMs !== null && activatableAtMs(sinceMs, true) <= nowMs;
  const published = others.filter(({ state }) => state === 'PUBLISHED');
  return (
    published.find(({ confirmedAtMs }) => isOldEnough(confirmedAtMs)) ??
    others.find(({ state }) => state === 'RETIRING') ??
    published.find(
      ({ confirmedAtMs, publishedAtMs }) => confirmedAtMs === null && isOldEnough(publishedAtMs),
    ) ??
    null
  );
}

export interface DisabledKey {
  readonly kid: string;
  readonly ownerKind: 'application' | 'cis2-client';
  readonly ownerName: string;
  readonly accessMode: string | null;
  readonly apimApplicationId: string | null;
  readonly asid: string | null;
  readonly environment: string;
  readonly jwksUrl: string;
  readonly kmsKeyArn: string;
  readonly isDisabledInKms: boolean;
  /** Whether NHS England can ever have had its public half. */
  readonly wasPublished: boolean;
  /** Whether it signed for callers; false of a standby, and of a key that had signed before. */
  readonly wasActive: boolean;
  readonly standbyKid: string | null;
  readonly disabledAtMs: number;
  /** When the registry took it out of use and out of the JWKS; null: not yet. */
  readonly takenOutAtMs: number | null;
}

export interface Exposure {
  readonly text: string;
  /** Epoch ms; null: until somebody acts. */
  readonly untilMs: number | null;
}

type ExposedKind = 'application' | 'users' | 'cis2-client';

const kindOf = ({ ownerKind, accessMode }: DisabledKey): ExposedKind => {
  if (ownerKind === 'cis2-client') return 'cis2-client';
  return accessMode === 'user-restricted' ? 'users' : 'application';
};

/** What becomes of the tokens that Gatehouse itself holds. */
const OWN_TOKENS: Readonly<Record<ExposedKind, string>> = {
  application: 'Gatehouse has dropped its own.',
  users: 'Gatehouse goes on using those of signed-in users: end their sessions if they must not.',
  'cis2-client': 'Sessions of users that are open already go on: end them if they must not.',
};

/** What a person who has the key, or a token that was issued with it, can still do. */
export function stillExposed(key: DisabledKey): Exposure[] {
  return [...notDoneYet(key), ...(key.wasPublished ? stillAccepted(key) : [NEVER_PUBLISHED])];
}

const NEVER_PUBLISHED: Exposure = {
  text: 'The key was never published, so NHS England accepts nothing that was signed with it.',
  untilMs: null,
};

/** What is tried again until it is done. */
function notDoneYet({ takenOutAtMs, isDisabledInKms, kmsKeyArn }: DisabledKey): Exposure[] {
  const texts = [
    ...(takenOutAtMs === null
      ? ['The registry was busy, so Gatehouse has not stopped using the key yet. It goes on trying.']
      : []),
    ...(isDisabledInKms
      ? []
      : [
          `AWS KMS did not confirm that the key is disabled. Gatehouse goes on trying. Disable it yourself now: aws kms disable-key --key-id ${kmsKeyArn}`,
        ]),
  ];
  return texts.map((text) => ({ text, untilMs: null }));
}

function stillAccepted(key: DisabledKey): Exposure[] {
  const { takenOutAtMs } = key;
  const after = (seconds: number): number | null =>
    takenOutAtMs === null ? null : takenOutAtMs + seconds * 1000;
  return [
    {
      text: `Tokens that NHS England has issued already stay valid there until they expire. ${OWN_TOKENS[kindOf(key)]}`,
      untilMs: after(TOKEN_LIFE_S),
    },
    {
      text: `NHS England keeps its copy of the JWKS for up to an hour. So long it issues tokens for what this key has signed, and the last of them lives ${TOKEN_LIFE_S} s.`,
      untilMs: after(JWKS_CACHE_S + TOKEN_LIFE_S),
    },
    {
      text: `If NHS England revokes a token, it goes on accepting it for up to ${REVOCATION_S} s more.`,
      untilMs: null,
    },
    ...(key.accessMode === 'user-restricted'
      ? [
          {
            text: 'Tokens of users are renewed with the API key and secret, and not with this key. If these may be known as well, end the user sessions and ask for new ones.',
            untilMs: null,
          },
        ]
      : []),
    ...(takenOutAtMs !== null && key.wasActive && key.standbyKid === null
      ? [
          {
            text: 'No other key could sign at once. Calls are refused until the next key is published for long enough.',
            untilMs: null,
          },
        ]
      : []),
  ];
}

export interface StepAtNhs {
  readonly whatToAsk: string;
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

/** What only NHS England can do, and what to quote. Nothing, of a key that it never had. */
export function stepsAtNhs(key: DisabledKey): StepAtNhs[] {
  if (!key.wasPublished) return [];
  const from = new Date(key.disabledAtMs).toISOString();
  const named = [
    { name: 'name', value: key.ownerName },
    { name: 'environment', value: key.environment },
    ...(key.apimApplicationId === null
      ? []
      : [{ name: 'APIM application id', value: key.apimApplicationId }]),
    ...(key.asid === null ? [] : [{ name: 'ASID', value: key.asid }]),
    { name: 'kid', value: key.kid },
  ];
  if (key.ownerKind === 'cis2-client')
    return [
      {
        whatToAsk:
          'Ask NHS CIS2 to fetch the JWKS again, and to look for token requests with this key that are not yours.',
        values: [...named, { name: 'JWKS URL', value: key.jwksUrl }, { name: 'disabled at', value: from }],
      },
    ];
  return [
    {
      whatToAsk: 'Ask API Management to drop its copy of the JWKS, so that it fetches the URL again.',
      values: [...named, { name: 'jwks-resource-url', value: key.jwksUrl }],
    },
    {
      whatToAsk:
        'Ask API Management to revoke the tokens of this application as soon as its copy of the JWKS is gone. Until then it still issues tokens for what this key has signed. Gatehouse requests new ones.',
      values: [...named, { name: 'disabled at', value: from }],
    },
    {
      whatToAsk:
        'Ask for the requests that were made with tokens of this application, to compare them with the audit trail.',
      values: [
        ...named,
        {
          name: 'until',
          value: new Date(key.disabledAtMs + (JWKS_CACHE_S + TOKEN_LIFE_S) * 1000).toISOString(),
        },
      ],
    },
  ];
}
