/** The shape of a record as the admin API shows it, derived from the declaration of its fields. */
import type { FieldKind } from '@gatehouse/domain/registry/records/field-kinds';
import {
  namesOf,
  type RecordFields,
  type ShownRecord,
} from '@gatehouse/domain/registry/records/record-fields';
import { z } from 'zod';

type ShownShapes<F extends RecordFields> = { [K in keyof F]: z.ZodType<ShownRecord<F>[K]> };

/** @param objects the shapes of the fields that hold objects */
export function shownShapes<F extends RecordFields>(
  fields: F,
  objects: { [K in keyof F]?: z.ZodType<NonNullable<ShownRecord<F>[K]>> } = {},
): ShownShapes<F> {
  const shapes = namesOf(fields).map((name) => {
    const { holds } = fields[name] as RecordFields[string];
    const shape = objects[name] ?? shapeOf(name, holds);
    return [name, holds.initial === null ? shape.nullable() : shape];
  });
  return Object.fromEntries(shapes) as ShownShapes<F>;
}

function shapeOf(name: string, { form, words }: FieldKind): z.ZodType {
  if (form === 'object') throw new Error(`the field ${name} holds an object: give its shape`);
  if (form === 'list') return z.array(z.string());
  return words === undefined ? z.string() : z.enum(words);
}
