import { type DynamicModule, Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AUTH_DEPS, type AuthDeps, SIGN_IN_DEPS } from './deps.js';
import { OpenIdStrategy } from './openid.strategy.js';

/** Sign-in, as a part of the admin listener. */
@Module({})
export class AuthModule {
  static with(deps: AuthDeps): DynamicModule {
    return {
      module: AuthModule,
      controllers: [AuthController],
      providers: [
        { provide: AUTH_DEPS, useValue: deps },
        { provide: SIGN_IN_DEPS, useValue: deps },
        OpenIdStrategy,
      ],
    };
  }
}
