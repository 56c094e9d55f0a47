/** A plan as its row keeps it. */
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import type { LifeCycleEvent } from '@gatehouse/domain/impact/life-cycle-event';
import type { Step } from '@gatehouse/domain/impact/ordered-plan';
import type { PlanAction } from '@gatehouse/domain/impact/plan-actions';
import type { ApprovedStep } from '@gatehouse/domain/impact/plan-progress';

export interface StoredStep extends ApprovedStep, Pick<Step, 'whoActs'> {
  readonly order: number;
  /** Empty: Gatehouse does nothing for it. */
  readonly actions: readonly PlanAction[];
  /** What it was approved to write. */
  readonly rows: readonly DiffRow[];
  readonly hash: string;
}

export interface PlanRow {
  readonly id: string;
  readonly subject: string;
  readonly event: unknown;
  readonly steps: unknown;
  readonly reason: string | null;
  readonly authorisedBy: string;
  readonly authorisedAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly endedBecause: string | null;
  readonly recorded: readonly RecordedStep[];
}

export interface RecordedStep {
  readonly step: string;
  readonly outcome: string;
  readonly note: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

export const eventOf = ({ event }: Pick<PlanRow, 'event'>) => event as LifeCycleEvent;
export const stepsOf = ({ steps }: Pick<PlanRow, 'steps'>) => steps as readonly StoredStep[];

/** Of two open plans, no two are about the same. */
export function subjectOf(event: LifeCycleEvent): string {
  if (event.kind === 'key-suspected') return `key ${event.kid}`;
  return event.kind === 'sro-leaves' ? `appointment ${event.appointmentId}` : `organisation ${event.odsCode}`;
}
