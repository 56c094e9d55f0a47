import { Module } from '@nestjs/common';
import { ImpactController } from './impact.controller.js';
import { ImpactFacts } from './impact-facts.store.js';
import { Impact } from './impact.js';

@Module({ controllers: [ImpactController], providers: [ImpactFacts, Impact], exports: [Impact] })
export class ImpactModule {}
