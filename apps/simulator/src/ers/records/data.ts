import type { AdviceRequest } from './advice-request.js';
import type { Appointment, Slot } from './appointment.js';
import type { Attachment } from './attachment.js';
import type { Referral } from './referral.js';
import { SERVICES, type Service } from './services.js';

/** A user's functions at an organisation, as A030 lists them. */
export interface UserRole {
  readonly odsCode: string;
  readonly businessFunctions: readonly string[];
}

/** The data of e-RS. `seed` fills it with the test data set. */
export class ErsData {
  readonly referrals = new Map<string, Referral>();
  readonly advice = new Map<string, AdviceRequest>();
  readonly appointments = new Map<string, Appointment>();
  readonly slots = new Map<string, Slot>();
  readonly attachments = new Map<string, Attachment>();
  readonly services = new Map<string, Service>();
  /** Users whose roles are known; anyone else has every function everywhere. */
  readonly users = new Map<string, readonly UserRole[]>();
  /** The users for whom a user may act as SERVICE_PROVIDER_CLINICIAN_ADMIN; users who aren't listed may act for anybody. */
  readonly onBehalfOf = new Map<string, readonly string[]>();
  /** A008 retrievals by service and day. */
  readonly worklistRetrievals = new Map<string, number>();
  readonly #base: () => string;
  #nextUbrn = 80_000;
  #nextId = 71_000;

  constructor(base: () => string) {
    this.#base = base;
  }

  /** Base URL of e-RS's own links: `…/referrals/FHIR`. */
  get base(): string {
    return this.#base();
  }

  /** Empties it of everything but the services. */
  clear(): void {
    for (const map of [
      this.referrals,
      this.advice,
      this.appointments,
      this.slots,
      this.attachments,
      this.services,
      this.users,
      this.onBehalfOf,
      this.worklistRetrievals,
    ])
      map.clear();
    this.#nextUbrn = 80_000;
    this.#nextId = 71_000;
    for (const service of SERVICES) this.services.set(service.id, service);
  }

  nextUbrn(): string {
    return String(this.#nextUbrn++).padStart(12, '0');
  }

  nextId(): string {
    return String(this.#nextId++);
  }

  userHas(userId: string, odsCode: string, businessFunction: string): boolean {
    const roles = this.users.get(userId);
    return (
      roles === undefined ||
      roles.some((role) => role.odsCode === odsCode && role.businessFunctions.includes(businessFunction))
    );
  }

  mayActFor(userId: string, onBehalfOfUserId: string): boolean {
    return this.onBehalfOf.get(userId)?.includes(onBehalfOfUserId) ?? true;
  }
}
