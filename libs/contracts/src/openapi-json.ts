/** What the OpenAPI documents of both listeners share: JSON bodies, described by the shapes that check them. */
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/** @param io whether defaults and transformations are described as they are sent or as they are answered */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** `content` of an answer. */
export const jsonContent = (schema: z.ZodType): Json => ({
  'application/json': { schema: schemaOf(schema, 'output') },
});

/** `requestBody` of an operation, for one that has a body. */
export const jsonRequest = (body: z.ZodType | undefined): Json =>
  body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemaOf(body, 'input') } },
        },
      };
