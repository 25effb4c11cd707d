/**
 * The engine that decisions are compared with. Its licence is AGPL: it is installed for a comparison only, from a
 * manifest of the benchmarks' own, and no package of this repository depends on it.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** One question, as that engine takes it; documents as `JSON.parse()` leaves them. */
export interface Simulation {
  readonly request: {
    readonly principal: string
    readonly action: string
    readonly resource: { readonly resource: string; readonly accountId: string }
    readonly contextVariables: Readonly<Record<string, string | readonly string[]>>
  }
  readonly identityPolicies: readonly { readonly name: string; readonly policy: unknown }[]
  readonly serviceControlPolicies: readonly never[]
  readonly resourceControlPolicies: readonly never[]
  /** Only a policy with a name goes through this mode. */
  readonly resourcePolicy: {
    readonly __validated: true
    readonly policyDocument: unknown
    readonly metadata: { readonly name: string }
  }
}

/** Its fastest mode: nothing is checked, nothing is looked up. */
export type Simulate = (
  simulation: Simulation,
  options: object,
) => 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied'

const folder = fileURLToPath(new URL('.', import.meta.url))
const entry = new URL('node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js', import.meta.url)

/**
 * Loads the engine, and installs it first when it is missing.
 * @returns its fastest mode
 * @throws Error when it cannot be installed
 */
export async function loadSimulate(): Promise<Simulate> {
  if (!existsSync(entry)) {
    const options = ['--no-audit', '--no-fund', '--loglevel=error']
    await promisify(execFile)('npm', ['ci', '--prefix', folder, ...options])
  }
  const { runUnsafeSimulation } = (await import(entry.href)) as { runUnsafeSimulation: Simulate }
  return runUnsafeSimulation
}
