// What a project that has installed `furlong` alone needs in its tests: a local side, and a fetch that signs.
export { createSignedFetch } from '@furlong/fetch'
export { startLocal } from '@furlong/local'
export type { Local, LocalOptions, RequestRecord } from '@furlong/local'
export type { Context, Input, Output } from './context.ts'
export { run } from './run.ts'
