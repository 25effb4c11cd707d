import type Https from 'node:https'

/** @returns `node:https`, which takes 12 ms to load: whoever stays on the local side never needs it */
export const loadHttps = (): typeof Https => process.getBuiltinModule('node:https')
