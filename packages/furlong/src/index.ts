// What a project that has installed `furlong` alone needs in its tests: a local side, functions on it, and a fetch that signs.
export { createClients, createUrl, deploy, grant, revoke } from '@furlong/aws'
export type { Deployment, FunctionUrl, Grant, Target } from '@furlong/aws'
export { createSignedFetch } from '@furlong/fetch'
export { startLocal } from '@furlong/local'
export type { Local, LocalOptions, RequestRecord } from '@furlong/local'
export type { Context, Input, Output } from './context.ts'
export { run } from './run.ts'
