export { clientEnvironment } from './client-environment.ts'
export type { ClientCredentials } from './client-environment.ts'
export { listSides, removeSide, sidesFolder, writeSide } from './sides.ts'
export type { LocalAccount, Side } from './sides.ts'
