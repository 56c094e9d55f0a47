import type { Permission } from '@gatehouse/domain/governance/permissions';
import { SetMetadata } from '@nestjs/common';

export const PERMISSION_KEY = 'gatehouse:permission';

/** The permission a handler needs, or `public` for what anybody may ask. A handler without this does not start. */
export const Needs = (permission: Permission | 'public'): MethodDecorator =>
  SetMetadata(PERMISSION_KEY, permission);
