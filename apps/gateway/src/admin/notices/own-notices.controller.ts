import type { InputOf } from '@gatehouse/contracts/routes';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { OwnNoticesStore, type Reader } from './own-notices.store.js';
import { personOf } from './person.js';

/** The notices of the person who is signed in. The route for what is unread stands before the one for a notice by its id. */
@Controller()
export class OwnNoticesController {
  constructor(@Inject(OwnNoticesStore) private readonly notices: OwnNoticesStore) {}

  @Route('ownNoticeList')
  list({ query }: InputOf<'ownNoticeList'>, acting: Acting) {
    return this.notices.list(query, readerOf(acting));
  }

  @Route('ownNoticeTotal')
  total({ query }: InputOf<'ownNoticeTotal'>, acting: Acting) {
    return this.notices.total(query, readerOf(acting));
  }

  @Route('ownNoticeBell')
  bell(_: InputOf<'ownNoticeBell'>, acting: Acting) {
    return this.notices.bell(readerOf(acting));
  }

  @Route('ownNoticeShow')
  show({ params }: InputOf<'ownNoticeShow'>, acting: Acting) {
    return this.notices.show(params.id, readerOf(acting), reachOf(acting, 'job.read') === 'all');
  }

  @Route('ownNoticeRead')
  markRead({ body }: InputOf<'ownNoticeRead'>, acting: Acting) {
    return this.notices.markRead(body.ids, readerOf(acting));
  }
}

const readerOf = (acting: Acting): Reader => ({ staffId: personOf(acting), roles: acting.roles ?? [] });
