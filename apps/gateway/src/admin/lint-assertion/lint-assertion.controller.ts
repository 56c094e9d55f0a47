import type { InputOf } from '@gatehouse/contracts/routes';
import { ASSERTION_FAULTS } from '@gatehouse/domain/apim/assertion-faults';
import { lintAssertion } from '@gatehouse/domain/apim/lint-assertion';
import { Controller, Inject } from '@nestjs/common';
import { isSignedBy } from '../../adapters/keys/rs512.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { keysIn, LintAssertionStore } from './lint-assertion.store.js';

/** The assertion goes nowhere but into the rules: no log, no audit record and no fault repeats it. */
@Controller()
export class LintAssertionController {
  constructor(
    @Inject(LintAssertionStore) private readonly applications: LintAssertionStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('assertionLint')
  async lint({ body }: InputOf<'assertionLint'>, { reach }: Acting) {
    const { assertion: compact, application, tokenUrl = '', jwks } = body;
    const expected =
      application === undefined
        ? { tokenUrl, apiKey: null, keys: jwks === undefined ? null : keysIn(jwks) }
        : await this.applications.expected(application, reach);
    const report = lintAssertion({ compact, ...expected, nowMs: this.now(), verify: isSignedBy });
    return {
      ok: report.faults.length === 0,
      faults: report.faults.map((code) => ({ code, ...ASSERTION_FAULTS[code] })),
      warnings: [...report.warnings],
      notChecked: [...report.notChecked],
    };
  }
}
