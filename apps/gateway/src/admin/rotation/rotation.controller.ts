import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { RotationPoliciesStore } from './rotation-policies.store.js';
import { RotationsStore } from './rotations.store.js';

@Controller()
export class RotationController {
  constructor(
    @Inject(RotationPoliciesStore) private readonly policies: RotationPoliciesStore,
    @Inject(RotationsStore) private readonly rotations: RotationsStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('rotationPolicyList')
  policyList({ query }: InputOf<'rotationPolicyList'>, { reach }: Acting) {
    return this.policies.list(query, reach);
  }

  @Route('rotationPolicySet')
  setPolicy(input: InputOf<'rotationPolicySet'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'rotationPolicySet', input);
  }

  @Route('rotationPolicyRemove')
  removePolicy(input: InputOf<'rotationPolicyRemove'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'rotationPolicyRemove', input);
  }

  @Route('rotationList')
  list({ query }: InputOf<'rotationList'>, { reach }: Acting) {
    return this.rotations.list(query, reach);
  }
}
