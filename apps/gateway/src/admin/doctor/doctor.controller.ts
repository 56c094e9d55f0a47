import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { examine } from './doctor.store.js';

@Controller()
export class DoctorController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('doctor')
  examine({ query }: InputOf<'doctor'>, { reach }: Acting) {
    return examine(this.deps, query, reach);
  }

  @Route('applicationChecklist')
  checklist({ params }: InputOf<'applicationChecklist'>, { reach }: Acting) {
    return examine(this.deps, { application: params.id }, reach);
  }
}
