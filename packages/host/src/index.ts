export type {
  AppKind,
  CallbackApp,
  FastifyApp,
  HostableApp,
  LambdaApp,
  NestApp,
} from './application.ts'
export { getBindings } from './bindings.ts'
export { getCaller } from './caller.ts'
export type { Caller } from './caller.ts'
export type { LambdaBindings, LambdaContext, LambdaExecutionContext } from './context.ts'
export type { FetchApp, FetchFunction } from './fetch-app.ts'
export type { Lifecycle } from './lifecycle.ts'
export type { NodeApp, NodeListener } from './listener.node.ts'
export { requireCaller } from './require-caller.ts'
export type { CallerRule, GuardedApp } from './require-caller.ts'
export { toLambda } from './to-lambda.ts'
export type { LambdaHandler, LambdaOptions } from './to-lambda.ts'
