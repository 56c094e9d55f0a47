import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { actorFacts } from '../audit/audit-access.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { DoctorStore } from './doctor.store.js';

@Controller()
export class DoctorController {
  constructor(@Inject(DoctorStore) private readonly doctor: DoctorStore) {}

  @Route('doctor')
  examine({ query }: InputOf<'doctor'>, { reach }: Acting) {
    return this.doctor.examine(query, reach);
  }

  @Route('doctorAsk')
  ask({ body }: InputOf<'doctorAsk'>, acting: Acting) {
    return this.doctor.ask(body, acting.reach, actorFacts(acting));
  }

  @Route('applicationChecklist')
  checklist({ params }: InputOf<'applicationChecklist'>, { reach }: Acting) {
    return this.doctor.examine({ application: params.id }, reach);
  }
}
