/** The shape of a specification that is recorded: what `readSpecification` of libs/domain reads from a file. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { faultsOf } from '@gatehouse/contracts/problem';
import { z } from 'zod';
import { invalid } from '../http/problem.js';

const word = (most: number) => z.string().min(1).max(most);
const words = (most: number) => z.array(word(200)).max(most);

const recordedSpecification = z.strictObject({
  version: word(64).regex(/^[\x20-\x7e]+$/, 'a version has printable characters only'),
  operations: z
    .array(
      z.strictObject({
        operationId: word(100),
        interaction: word(100),
        title: word(200),
        method: word(10),
        path: word(250),
        deprecated: z.boolean(),
        businessFunctions: words(50).nullable(),
        applicationRestricted: z
          .strictObject({
            capabilities: z
              .array(z.enum(['provider', 'referrer']))
              .max(2)
              .nullable(),
            writeException: z.boolean(),
          })
          .nullable(),
        ifMatch: z.boolean(),
        onBehalfOf: z.boolean(),
        query: z
          .array(z.strictObject({ name: word(100), required: z.boolean(), maximum: z.number().nullable() }))
          .max(100),
        mediaTypes: words(100),
        limits: words(100),
      }),
    )
    .min(1)
    .max(500),
  remarks: z.array(word(1_000)).max(500),
});

export type RecordedSpecification = z.infer<typeof recordedSpecification>;

/** @throws AdminProblem invalid-request, with the place of each fault */
export function readRecorded(specification: unknown): RecordedSpecification {
  const checked = checkShape(recordedSpecification, specification);
  if (checked.success) return checked.data;
  const faults = faultsOf(checked.error);
  throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/specification${pointer}`, detail })));
}
