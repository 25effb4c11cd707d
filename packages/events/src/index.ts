export { createEvent } from './create-event.ts'
export type { EventInput, HttpApiInput } from './create-event.ts'
export { createPrelude, createPreludeDocument, createResult } from './create-result.ts'
export type { PreludeDocument } from './create-result.ts'
export { EventsError } from './errors.ts'
export type { EventsErrorCode } from './errors.ts'
export { maxEventBytes, maxResultBytes } from './limits.ts'
export { integrationResponseContentType, PreludeReader } from './prelude.ts'
export type { Prelude } from './prelude.ts'
export { readEvent } from './read-event.ts'
export type { EventRequest, ReadEventOptions } from './read-event.ts'
export { readResult } from './read-result.ts'
export type { ResultReading } from './read-result.ts'
export type {
  EventKind,
  EventKinds,
  FunctionUrlEvent,
  FunctionUrlRequestContext,
  FunctionUrlResult,
  HeaderPair,
  HttpApiEvent,
  HttpApiRequestContext,
  HttpEvent,
  HttpResponseHead,
  HttpResponseParts,
  IamAuthorizer,
  ResultParts,
} from './types.ts'
