import { pointerOf } from '@gatehouse/contracts/problem';
import { unstorableText } from '@gatehouse/domain/input/unstorable-text';
import { invalid } from '../problem.js';

/** The value itself. @throws AdminProblem invalid-request for text that the database could not store or compare */
export function storable<T>(value: T): T {
  const fault = unstorableText(value);
  if (fault !== null) throw invalid([{ pointer: pointerOf(fault.path), detail: fault.detail }]);
  return value;
}
