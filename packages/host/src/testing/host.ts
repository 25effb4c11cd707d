/** The host that `conform/host` runs: what the applications beside it tell apart, it must have loaded itself. */
export { toLambda } from '../to-lambda.ts'
