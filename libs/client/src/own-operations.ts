/** Generated from `libs/contracts/src/partner/own-routes.ts` by `npm run docs`. */

/** How each route is called that is Gatehouse's own. */
export const OWN_OPERATIONS = {
  explain: { method: 'POST', path: '/explain', reads: true, query: {}, headers: {}, body: 'own' },
  beginLogin: { method: 'POST', path: '/user-logins', reads: false, query: {}, headers: {}, body: 'own' },
  openUserSession: {
    method: 'POST',
    path: '/user-sessions',
    reads: false,
    query: {},
    headers: {},
    body: 'own',
  },
  showUserSession: {
    method: 'GET',
    path: '/user-session',
    reads: true,
    query: {},
    headers: { userSession: 'Gatehouse-User-Session' },
    body: null,
  },
  endUserSession: {
    method: 'DELETE',
    path: '/user-session',
    reads: false,
    query: {},
    headers: { userSession: 'Gatehouse-User-Session' },
    body: null,
  },
  chooseRole: {
    method: 'PUT',
    path: '/user-session/role',
    reads: false,
    query: {},
    headers: { userSession: 'Gatehouse-User-Session' },
    body: 'own',
  },
  listActedFor: {
    method: 'GET',
    path: '/user-session/on-behalf-of',
    reads: true,
    query: {},
    headers: { userSession: 'Gatehouse-User-Session' },
    body: null,
  },
} as const;

/** What each of them needs, by the name of its method. */
export interface OwnRequests {
  /** How a request would be decided, without sending it. */
  readonly explain: { readonly body: { readonly method: string; readonly path: string } };
  /** Begin the sign-in of a user. */
  readonly beginLogin: {
    readonly body: {
      readonly product: string;
      readonly returnTarget: string;
      readonly state: string;
      readonly codeChallenge: string;
      readonly organisation?: string;
      readonly pattern?: 'separate' | 'combined';
    };
  };
  /** Open a session for a user who has signed in. */
  readonly openUserSession: {
    readonly body:
      | { readonly code: string; readonly codeVerifier: string }
      | { readonly idToken: string; readonly accessToken?: string; readonly product: string };
  };
  /** The session, its roles and when it ends. */
  readonly showUserSession: {
    /** The handle of a signed-in user, which makes the call user-restricted. It is a secret. */ readonly userSession: string;
  };
  /** End the session. */
  readonly endUserSession: {
    /** The handle of a signed-in user, which makes the call user-restricted. It is a secret. */ readonly userSession: string;
  };
  /** Choose the role for the requests of this session that choose none. */
  readonly chooseRole: {
    /** The handle of a signed-in user, which makes the call user-restricted. It is a secret. */ readonly userSession: string;
    readonly body: {
      readonly organisation: string;
      readonly businessFunction:
        | 'REFERRING_CLINICIAN'
        | 'REFERRING_CLINICIAN_ADMIN'
        | 'REFERRING_ADMIN'
        | 'COMMISSIONER'
        | 'SERVICE_PROVIDER_CLINICIAN_ADMIN'
        | 'SERVICE_PROVIDER_CLINICIAN'
        | 'SERVICE_PROVIDER_ADMIN'
        | 'INFORMATION_ANALYST'
        | 'BOOKING_MANAGER'
        | 'ADDITIONAL_REQUIREMENTS_MANAGER';
      readonly onBehalfOf?: string;
    };
  };
  /** The people for whom the user may act. */
  readonly listActedFor: {
    /** The handle of a signed-in user, which makes the call user-restricted. It is a secret. */ readonly userSession: string;
  };
}

/** What `json()` of its answer has; never: there is no body. */
export interface OwnAnswers {
  readonly explain: {
    readonly allowed: boolean;
    readonly registryVersion: number | null;
    readonly operation: {
      readonly interaction: string;
      readonly operationId: string;
      readonly title: string;
    } | null;
    readonly steps: readonly { readonly step: string; readonly ok: boolean }[];
    readonly binding: {
      readonly id: string;
      readonly environment: string;
      readonly organisation: string;
      readonly product: string;
      readonly accessMode: string;
      readonly capability: string | null;
      readonly asid: string | null;
    } | null;
    readonly actingAs: {
      readonly businessFunction: string | null;
      readonly onBehalfOfUserId: string | null;
    } | null;
    readonly refusal: {
      readonly code: string;
      readonly status: number;
      readonly text: string;
      readonly whatToDo: string;
      readonly whoActs: string;
      readonly candidates: readonly string[];
    } | null;
  };
  readonly beginLogin: { readonly loginId: string; readonly url: string };
  readonly openUserSession: {
    readonly user: { readonly userId: string; readonly name: string | null };
    readonly assurance: { readonly authentication: number; readonly identity: number };
    readonly roles: readonly {
      readonly organisation: string;
      readonly organisationName: string | null;
      readonly businessFunction: string;
      readonly inWords: string;
    }[];
    readonly role: {
      readonly organisation: string;
      readonly businessFunction: string;
      readonly onBehalfOf: string | null;
    } | null;
    readonly endsAt: string;
    readonly idleEndsAt: string;
    readonly handle: string;
  };
  readonly showUserSession: {
    readonly user: { readonly userId: string; readonly name: string | null };
    readonly assurance: { readonly authentication: number; readonly identity: number };
    readonly roles: readonly {
      readonly organisation: string;
      readonly organisationName: string | null;
      readonly businessFunction: string;
      readonly inWords: string;
    }[];
    readonly role: {
      readonly organisation: string;
      readonly businessFunction: string;
      readonly onBehalfOf: string | null;
    } | null;
    readonly endsAt: string;
    readonly idleEndsAt: string;
  };
  readonly endUserSession: never;
  readonly chooseRole: {
    readonly user: { readonly userId: string; readonly name: string | null };
    readonly assurance: { readonly authentication: number; readonly identity: number };
    readonly roles: readonly {
      readonly organisation: string;
      readonly organisationName: string | null;
      readonly businessFunction: string;
      readonly inWords: string;
    }[];
    readonly role: {
      readonly organisation: string;
      readonly businessFunction: string;
      readonly onBehalfOf: string | null;
    } | null;
    readonly endsAt: string;
    readonly idleEndsAt: string;
  };
  readonly listActedFor: {
    readonly people: readonly { readonly userId: string; readonly name: string | null }[];
  };
}
