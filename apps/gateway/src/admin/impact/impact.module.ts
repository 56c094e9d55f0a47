import { Module } from '@nestjs/common';
import { ImpactController } from './impact.controller.js';
import { ImpactFacts } from './impact-facts.store.js';
import { ImpactStore } from './impact.store.js';

@Module({ controllers: [ImpactController], providers: [ImpactFacts, ImpactStore] })
export class ImpactModule {}
