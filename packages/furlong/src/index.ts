// `defineConfig` for furlong.config.ts; and what a project that has installed `furlong` alone needs in its tests: a local side, functions on it, and a fetch that signs.
export { createClients, createUrl, defineConfig, grant, revoke } from '@furlong/aws'
export type { Deployment, FunctionUrl, FurlongConfig, Grant, Target } from '@furlong/aws'
export { createSignedFetch } from '@furlong/fetch'
export { deploy } from './deploy.ts'
export { startLocal } from '@furlong/local'
export type { Local, LocalOptions, RequestRecord } from '@furlong/local'
export type { Context, Input, Output } from './context.ts'
export { run } from './run.ts'
