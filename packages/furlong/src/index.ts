export { startLocal } from '@furlong/local'
export type { Local, LocalOptions, RequestRecord } from '@furlong/local'
export type { Context, Input, Output } from './context.ts'
export { run } from './run.ts'
