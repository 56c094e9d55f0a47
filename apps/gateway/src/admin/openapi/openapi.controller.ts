import type { ServerResponse } from 'node:http';
import { openApiDocument } from '@gatehouse/contracts/openapi';
import { partnerOpenApiDocument } from '@gatehouse/contracts/partner/partner-openapi';
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { Controller, Get, Res } from '@nestjs/common';
import { Needs } from '../../listener/needs.js';
import { readablePage } from './readable-page.js';

/**
 * The descriptions of this API and of the partner listener. They reveal nothing about this deployment, so anybody may
 * read them. Each is written when it is first read, since that takes longer than anything else at the start of the process.
 */
@Controller()
export class OpenApiController {
  private document: ReturnType<typeof openApiDocument> | undefined;
  private partnerDocument: ReturnType<typeof partnerOpenApiDocument> | undefined;
  private page: ReturnType<typeof readablePage> | undefined;

  @Get(`${API_PREFIX}/openapi.json`)
  @Needs('public')
  json() {
    return (this.document ??= openApiDocument('1'));
  }

  /** Also docs/reference/partner-openapi.json. */
  @Get(`${API_PREFIX}/partner-openapi.json`)
  @Needs('public')
  partnerJson() {
    return (this.partnerDocument ??= partnerOpenApiDocument('1'));
  }

  @Get(`${API_PREFIX}/docs`)
  @Needs('public')
  html(@Res() response: ServerResponse): void {
    const { policy, html } = (this.page ??= readablePage());
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', policy);
    response.end(html);
  }
}
