import type { ServerResponse } from 'node:http';
import { openApiDocument } from '@gatehouse/contracts/openapi';
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { Controller, Get, Res } from '@nestjs/common';
import { Needs } from '../../listener/needs.js';
import { readablePage } from './readable-page.js';

/** The description of the API. It reveals nothing about this deployment, so anybody may read it. */
@Controller()
export class OpenApiController {
  private readonly document = openApiDocument('1');
  private readonly page = readablePage();

  @Get(`${API_PREFIX}/openapi.json`)
  @Needs('public')
  json() {
    return this.document;
  }

  @Get(`${API_PREFIX}/docs`)
  @Needs('public')
  html(@Res() response: ServerResponse): void {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', this.page.policy);
    response.end(this.page.html);
  }
}
