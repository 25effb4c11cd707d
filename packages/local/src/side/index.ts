export { clientEnvironment } from './client-environment.ts'
export { isRunning, listSides, removeSide, sidesFolder, writeSide } from './sides.ts'
export type { LocalAccount, Side } from './sides.ts'
export type { SideStatus } from '../front/side-status.ts'
