/** Conditions of SQL by which lists are filtered by health. They read the rows that a job keeps (ADR 59). */
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { type HealthCause, HEALTHS } from '@gatehouse/domain/policy/health';
import type { At } from '../registry/sorted-keys.store.js';

export type HealthFilter = (typeof HEALTHS)[number] | HealthCause;

const columnOf = (filter: HealthFilter): string =>
  (HEALTHS as readonly string[]).includes(filter) ? 'health' : 'cause';

export function applicationsOfHealth(filter: HealthFilter, at: At): string {
  return `id IN (SELECT application_id FROM application_health WHERE ${columnOf(filter)} = ${at(filter)})`;
}

/**
 * As `organisationHealth` in libs/domain decides it: an organisation is as well as the worst of its applications that
 * are live or stopped. By a cause, it is found if one of these is refused for it.
 * @param reach only applications all of whose organisations are within it count
 */
export function organisationsOfHealth(filter: HealthFilter, reach: Reach, at: At): string[] {
  const mine = reach === 'all' ? null : at([...reach]);
  const whose = (condition: string): string =>
    `SELECT b.ods_code FROM binding b JOIN application_health h ON h.application_id = b.application_id
      WHERE (b.live OR EXISTS (SELECT FROM application a WHERE a.id = b.application_id AND a.state = 'suspended'))
        AND ${condition}` +
    (mine === null
      ? ''
      : ` AND NOT EXISTS (SELECT FROM binding o WHERE o.application_id = b.application_id AND o.ods_code <> ALL(${mine}::text[]))`);
  const has = (condition: string): string =>
    `EXISTS (${whose(condition)} AND b.ods_code = organisation.ods_code)`;
  switch (filter) {
    case 'works':
      return ["state = 'active'", has("h.health = 'works'"), `NOT ${has("h.health = 'refused'")}`];
    case 'never called':
      return ["state = 'active'", `NOT ${has("h.health IS DISTINCT FROM 'never called'")}`];
    case 'refused':
    case 'stopped':
      return [
        `ods_code IN (SELECT ods_code FROM organisation WHERE state <> 'active'
           UNION ALL ${whose(`h.${columnOf(filter)} = ${at(filter)}`)})`,
      ];
    default:
      return ["state = 'active'", has(`h.cause = ${at(filter)}`)];
  }
}
