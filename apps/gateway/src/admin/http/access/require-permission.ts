import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { PERMISSION_KEY } from '../../../listener/needs.js';

const PATH_KEY = 'path';

/** Stops the start if any handler of this listener names no permission: nothing is open because it was forgotten. */
@Injectable()
export class RequirePermission implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const open = this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype: Record<string, object> } | null)?.prototype;
      if (prototype === undefined) return [];
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => {
          const handler = prototype[name];
          if (handler === undefined) return false;
          return Reflect.hasMetadata(PATH_KEY, handler) && !Reflect.hasMetadata(PERMISSION_KEY, handler);
        })
        .map((name) => `${metatype?.name ?? '?'}.${name}`);
    });
    if (open.length > 0) throw new Error(`routes without a permission: ${open.join(', ')}`);
  }
}
