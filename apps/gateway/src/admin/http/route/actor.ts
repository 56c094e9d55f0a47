import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Acting } from '../access/principal.js';

const actors = new WeakMap<IncomingMessage, Acting>();

/** Called by the guard, once it has let the request in. */
export function rememberActor(request: IncomingMessage, acting: Acting): void {
  actors.set(request, acting);
}

/** The person or service that sent the request. */
export const Actor: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => {
    const acting = actors.get(context.switchToHttp().getRequest<IncomingMessage>());
    if (acting === undefined) throw new Error('the guard did not see this request');
    return acting;
  },
);
