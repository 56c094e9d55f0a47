/** Organisations, products and message sets between their rows and their records. */
import type { Prisma } from '@gatehouse/db/client';
import type {
  MessageSetRecord,
  OrganisationRecord,
  ProductRecord,
} from '@gatehouse/domain/registry/records/registry-records';

// The casts: the database's own constraints keep these columns to the words of the record.

export function organisationRecord(row: Prisma.OrganisationGetPayload<object>): OrganisationRecord {
  return { odsCode: row.odsCode, name: row.name, state: row.state as OrganisationRecord['state'] };
}

export function productRecord(row: Prisma.ProductGetPayload<object>): ProductRecord {
  return { name: row.name, state: row.state as ProductRecord['state'] };
}

export function messageSetRecord(row: Prisma.MessageSetGetPayload<object>): MessageSetRecord {
  return { name: row.name, interactions: row.interactions };
}
