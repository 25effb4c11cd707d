/** One application of the suite as a function: which one it is, a variable of its environment says. */
import { toLambda } from '../../packages/host/src/index.ts'
import { applicationKinds } from '../../packages/host/src/testing/applications.node.ts'

const kind = applicationKinds[process.env['FIDELITY_KIND'] ?? '']
if (kind === undefined) throw new TypeError('FIDELITY_KIND names no kind of application')

/** Hosts it as `FURLONG_INVOKE_MODE` says. */
export const handler: ReturnType<typeof toLambda> = toLambda(
  kind.create({ cancelled: false, aborted: false, made: 0, go: () => {} }),
)
