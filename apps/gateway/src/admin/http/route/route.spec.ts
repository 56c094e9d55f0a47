import type { AnswerOf, InputOf } from '@gatehouse/contracts/routes';
import { describe, expectTypeOf, it } from 'vitest';
import type { Acting } from '../access/principal.js';
import type { Route } from './route.js';

/** What the decorator of a route may be applied to. */
type Takes<N extends Parameters<typeof Route>[0]> = NonNullable<
  Parameters<ReturnType<typeof Route<N>>>[2]['value']
>;
type Change = AnswerOf<'changeReject'>;

// Checked by the compiler: `npm run check` fails if one of these is no longer so.
describe('a route is served only by a handler that', () => {
  it('takes its input', () => {
    expectTypeOf<(input: InputOf<'changeReject'>) => Promise<Change>>().toExtend<Takes<'changeReject'>>();
    expectTypeOf<(input: InputOf<'staffList'>) => Promise<Change>>().not.toExtend<Takes<'changeReject'>>();
    expectTypeOf<(acting: Acting) => Promise<Change>>().not.toExtend<Takes<'changeReject'>>();
  });

  it('takes the caller as its second parameter', () => {
    type Given<A> = (input: InputOf<'changeReject'>, second: A) => Change;
    expectTypeOf<Given<Acting>>().toExtend<Takes<'changeReject'>>();
    expectTypeOf<Given<string>>().not.toExtend<Takes<'changeReject'>>();
  });

  it('returns an answer of the contract’s shape', () => {
    expectTypeOf<() => Promise<Omit<Change, 'diffHash'>>>().not.toExtend<Takes<'changeReject'>>();
    expectTypeOf<() => Promise<AnswerOf<'staffSuspend'>>>().not.toExtend<Takes<'changeReject'>>();
    expectTypeOf<() => void>().not.toExtend<Takes<'changeReject'>>();
  });

  it('returns a tag where the contract says so, and nothing where it writes lines itself', () => {
    type Organisation = AnswerOf<'organisationShow'>;
    expectTypeOf<() => { record: Organisation; etag: string }>().toExtend<Takes<'organisationShow'>>();
    expectTypeOf<() => Organisation>().not.toExtend<Takes<'organisationShow'>>();
    expectTypeOf<() => Promise<void>>().toExtend<Takes<'auditFollow'>>();
    expectTypeOf<() => Promise<object>>().not.toExtend<Takes<'auditFollow'>>();
  });

  it('reads the tags only where the contract asks for If-Match', () => {
    expectTypeOf<InputOf<'organisationChange'>['ifMatch']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<InputOf<'staffSuspend'>['ifMatch']>().toEqualTypeOf<undefined>();
  });
});
