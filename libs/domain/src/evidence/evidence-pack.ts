/**
 * The evidence pack of an organisation and a period: who was responsible, what was allowed and why, who decided it, and
 * what happened (docs/guides/evidence.md says what each part holds). It has no time of making: the same registry and
 * trail give the same pack.
 */
import type { Decided } from './registry-rows.js';

export const EVIDENCE_FORMAT = 'gatehouse-evidence/1';

/** A member of one name stands where the record has it; times are ISO 8601 in UTC, days `YYYY-MM-DD` in London. */
export interface EvidencePack {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly organisation: {
    readonly odsCode: string;
    readonly name: string;
    /** Null: it was not registered yet. */
    readonly stateAtStart: string | null;
    readonly stateAtEnd: string;
  };
  readonly period: {
    /** First and last day, both included, Europe/London. */
    readonly from: string;
    readonly until: string;
    readonly fromInstant: string;
    /** The first moment after the period. */
    readonly untilInstant: string;
  };
  readonly owners: readonly OwnerEvidence[];
  readonly applications: readonly ApplicationEvidence[];
  readonly messageSets: readonly MessageSetEvidence[];
  readonly signingKeys: readonly KeyEvidence[];
  readonly writeExceptions: readonly ExceptionEvidence[];
  readonly approvals: Approvals;
  readonly changes: readonly ChangeEvidence[];
  readonly traffic: Traffic;
  readonly trail: TrailEvidence;
  /** What the pack can't show. */
  readonly notIncluded: readonly string[];
}

/** The appointment of a senior responsible owner, and the authority for it. */
export interface OwnerEvidence {
  readonly id: string;
  readonly role: string;
  readonly environments: readonly string[];
  readonly name: string;
  readonly email: string;
  readonly jobTitle: string;
  readonly spineUserId: string;
  readonly authority: {
    readonly name: string;
    readonly reference: string;
    readonly date: string;
    readonly documentSha256: string;
  };
  readonly stateAtStart: string | null;
  readonly stateAtEnd: string;
  readonly appointed: Decided;
  readonly acceptedAt: string | null;
  readonly startsOn: string | null;
  readonly reviewDueOn: string;
  readonly graceDays: number;
  readonly lastReviewedAt: string | null;
  readonly withdrawnAt: string | null;
  readonly succeeds: string | null;
}

export interface ApplicationEvidence {
  readonly id: string;
  readonly product: string;
  readonly environment: string;
  readonly accessMode: string;
  readonly capability: string | null;
  readonly apimApplicationId: string | null;
  readonly stateAtStart: string | null;
  readonly stateAtEnd: string;
  /** When it served the organisation. */
  readonly serves: readonly { readonly since: Decided; readonly until: Decided | null }[];
  readonly asids: readonly {
    readonly asid: string;
    readonly sharedWith: readonly string[];
    readonly since: Decided;
    readonly until: Decided | null;
  }[];
  readonly messageSets: readonly {
    readonly name: string;
    readonly since: Decided;
    readonly until: Decided | null;
  }[];
}

/** A message set that an application of the organisation had in the period. */
export interface MessageSetEvidence {
  readonly name: string;
  readonly interactionsAtStart: readonly string[];
  readonly interactionsAtEnd: readonly string[];
  readonly changes: readonly (Decided & {
    readonly added: readonly string[];
    readonly removed: readonly string[];
  })[];
}

/** A key pair whose private half has never left KMS. */
export interface KeyEvidence {
  readonly kid: string;
  readonly applicationId: string;
  readonly thumbprint: string;
  readonly stateAtStart: string | null;
  readonly stateAtEnd: string;
  readonly created: Decided;
  readonly publishedAt: string | null;
  readonly confirmedAt: string | null;
  readonly provenAt: string | null;
  readonly activatedAt: string | null;
  readonly retiredAt: string | null;
  readonly removedAt: string | null;
  readonly disabledAt: string | null;
  readonly deletesAt: string | null;
}

export interface ExceptionEvidence {
  readonly id: string;
  readonly applicationId: string;
  readonly interaction: string;
  readonly useCaseReference: string;
  readonly granted: Decided;
  readonly expiresAt: string;
  readonly cosignedAt: string | null;
  /** The appointment of the owner who co-signed. */
  readonly cosignedBy: string | null;
  readonly revoked: Decided | null;
}

export interface Approvals {
  /** Whether changes that matter needed a second person, by environment. */
  readonly fourEyes: readonly {
    readonly environment: string;
    readonly on: boolean;
    readonly since: Decided;
    readonly until: Decided | null;
  }[];
  readonly requests: readonly RequestEvidence[];
  readonly emergencyStops: readonly StopEvidence[];
  readonly keyEmergencies: readonly KeyEmergencyEvidence[];
}

/** A change that needed a second person. */
export interface RequestEvidence {
  readonly id: string;
  readonly action: string;
  readonly rules: readonly string[];
  /** What it would do to this organisation, in sentences. */
  readonly summary: readonly string[];
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly reason: string | null;
  /** At the end of the period. */
  readonly state: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decisionReason: string | null;
}

export interface StopEvidence {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly environment: string | null;
  readonly stoppedBy: string;
  readonly stoppedAt: string;
  readonly reason: string;
  readonly liftedBy: string | null;
  readonly liftedAt: string | null;
  readonly liftReason: string | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: string | null;
  readonly reviewNote: string | null;
}

export interface KeyEmergencyEvidence {
  readonly id: string;
  readonly kid: string;
  readonly disabledBy: string;
  readonly disabledAt: string;
  readonly reason: string;
  readonly kmsDisabledAt: string | null;
  readonly standbyKid: string | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: string | null;
  readonly reviewNote: string | null;
}

/** A row that the registry recorded in the period. */
export interface ChangeEvidence extends Decided {
  readonly version: number;
  /** Every person who took part, as their identity provider knows them. */
  readonly people: readonly { readonly issuer: string; readonly subject: string }[];
  readonly table: string;
  readonly key: string;
  readonly what: 'added' | 'changed' | 'removed';
  /** Fields of which a value is never shown have neither. */
  readonly fields: readonly {
    readonly name: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

/** Counts of requests under the organisation's applications, by the month (London) in which they began. */
export interface Traffic {
  /** Attempts at e-RS. `OPEN`: without an outcome yet. */
  readonly attempts: readonly {
    readonly month: string;
    readonly environment: string;
    readonly interaction: string;
    readonly outcome: string;
    readonly count: number;
  }[];
  /** Attempts that did not complete, by the code of the cause. */
  readonly failures: readonly { readonly month: string; readonly code: string; readonly count: number }[];
  /** Requests that Gatehouse rejected, by code. */
  readonly refusals: readonly { readonly month: string; readonly code: string; readonly count: number }[];
}

export interface CheckpointEvidence {
  readonly sequence: number;
  readonly madeAt: string;
  /** Of its JWS, hex: what the next checkpoint names as its predecessor. */
  readonly sha256: string;
}

/** How far signed checkpoints cover the trail of the period (docs/audit.md, “Checkpoints”). */
export interface TrailEvidence {
  /** Checkpoints made in the period. */
  readonly count: number;
  readonly first: CheckpointEvidence | null;
  readonly last: CheckpointEvidence | null;
  /** The first one after the period, which covers all of it; null: there is none yet. */
  readonly closing: CheckpointEvidence | null;
  /** Checkpoints of the period that found a chain behind an earlier one; the first 100. */
  readonly foundBehind: readonly (CheckpointEvidence & { readonly chains: number })[];
  /** Heads of chains that the closing checkpoint, or else the last, and those before it cover, compared with the trail. */
  readonly headsCompared: number;
  readonly headsDiffering: readonly { readonly writer: string; readonly seq: number }[];
}
